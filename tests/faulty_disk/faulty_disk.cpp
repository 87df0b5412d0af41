#include "tests/faulty_disk/faulty_disk.hpp"

#include <new>
#include <stdexcept>
#include <utility>

namespace arauto::test {

/// What SQLite holds of an open file; the real one lies right behind it.
struct faulty_disk::handle {
  sqlite3_file base; // First: SQLite knows this only.
  faulty_disk* home;
  std::shared_ptr<shared_file> file;

  sqlite3_file& disk() { return *reinterpret_cast<sqlite3_file*>(this + 1); }
};

/// SQLite's calls of an open file, then those of a VFS.
struct faulty_disk::methods {
  static handle& of(sqlite3_file* x) { return *reinterpret_cast<handle*>(x); }
  static const sqlite3_io_methods& below(sqlite3_file* x) { return *of(x).disk().pMethods; }
  static faulty_disk& of(sqlite3_vfs* x) { return *static_cast<faulty_disk*>(x->pAppData); }
  static sqlite3_vfs* below(sqlite3_vfs* x) { return of(x).below_; }

  static int close(sqlite3_file* x) {
    auto& disk = of(x).disk();
    const auto code = disk.pMethods ? disk.pMethods->xClose(&disk) : SQLITE_OK;
    of(x).~handle();
    return code;
  }

  static int read(sqlite3_file* x, void* to, int amount, sqlite3_int64 at) {
    auto& [base, home, file] = of(x);
    if (home->now_() == disk_fault::dead)
      return SQLITE_IOERR_READ;
    const std::lock_guard lock{file->mutex};
    return file->bytes.read(of(x).disk(), static_cast<char*>(to), amount, at);
  }

  static int write(sqlite3_file* x, const void* from, int amount, sqlite3_int64 at) {
    auto& [base, home, file] = of(x);
    if (const auto fault = home->now_(); fault == disk_fault::full || fault == disk_fault::dead)
      return fault == disk_fault::full ? SQLITE_FULL : SQLITE_IOERR_WRITE;
    const std::lock_guard lock{file->mutex};
    return file->bytes.write(of(x).disk(), static_cast<const char*>(from), amount, at);
  }

  static int truncate(sqlite3_file* x, sqlite3_int64 size) {
    auto& [base, home, file] = of(x);
    if (home->now_() == disk_fault::dead)
      return SQLITE_IOERR_TRUNCATE;
    const std::lock_guard lock{file->mutex};
    file->bytes.truncate(size);
    return SQLITE_OK;
  }

  static int sync(sqlite3_file* x, int flags) {
    auto& [base, home, file] = of(x);
    auto& disk = of(x).disk();
    const auto fault = home->now_();
    if (fault == disk_fault::lies)
      return SQLITE_OK;
    if (fault == disk_fault::dead)
      return SQLITE_IOERR_FSYNC;
    {
      const std::lock_guard lock{file->mutex};
      if (const auto code = fault == disk_fault::fails ? file->bytes.drop(disk) : file->bytes.hand_over(disk);
          code != SQLITE_OK)
        return code;
    }
    const auto code = below(x).xSync(&disk, flags);
    // What could be written for all the want of space is synced.
    return fault == disk_fault::none || fault == disk_fault::full ? code : SQLITE_IOERR_FSYNC;
  }

  static int file_size(sqlite3_file* x, sqlite3_int64* size) {
    auto& file = *of(x).file;
    const std::lock_guard lock{file.mutex};
    *size = file.bytes.size();
    return SQLITE_OK;
  }

  static int file_control(sqlite3_file* x, int what, void* about) {
    // A hint would lengthen the file below, which has to wait for the sync.
    return what == SQLITE_FCNTL_SIZE_HINT ? SQLITE_OK : below(x).xFileControl(&of(x).disk(), what, about);
  }

  static int characteristics(sqlite3_file* x) {
    // Without atomic batches: they would pass by what is kept here.
    return below(x).xDeviceCharacteristics(&of(x).disk()) & ~SQLITE_IOCAP_BATCH_ATOMIC;
  }

  static int lock(sqlite3_file* x, int level) { return below(x).xLock(&of(x).disk(), level); }
  static int unlock(sqlite3_file* x, int level) { return below(x).xUnlock(&of(x).disk(), level); }
  static int is_reserved(sqlite3_file* x, int* is) { return below(x).xCheckReservedLock(&of(x).disk(), is); }
  static int sector_size(sqlite3_file* x) { return below(x).xSectorSize(&of(x).disk()); }
  static int shm_map(sqlite3_file* x, int page, int size, int extend, void volatile** to) {
    return below(x).xShmMap(&of(x).disk(), page, size, extend, to);
  }
  static int shm_lock(sqlite3_file* x, int offset, int count, int flags) {
    return below(x).xShmLock(&of(x).disk(), offset, count, flags);
  }
  static void shm_barrier(sqlite3_file* x) { below(x).xShmBarrier(&of(x).disk()); }
  static int shm_unmap(sqlite3_file* x, int is_deleted) { return below(x).xShmUnmap(&of(x).disk(), is_deleted); }

  static int open(sqlite3_vfs* vfs, const char* path, sqlite3_file* to, int flags, int* flags_out) {
    // Version 2: without xFetch, that is without mapped reads.
    static constexpr sqlite3_io_methods all{
        2,         close,       read,         write,       truncate,        sync,    file_size, lock,
        unlock,    is_reserved, file_control, sector_size, characteristics, shm_map, shm_lock,  shm_barrier,
        shm_unmap, nullptr,     nullptr};
    to->pMethods = nullptr;
    auto* opened = new (to) handle{{}, &of(vfs), nullptr};
    auto& disk = opened->disk();
    disk.pMethods = nullptr;
    auto code = below(vfs)->xOpen(below(vfs), path, &disk, flags, flags_out);
    if (code == SQLITE_OK) {
      opened->file = of(vfs).shared(path, disk);
      if (!opened->file)
        code = SQLITE_IOERR_FSTAT;
    }
    opened->base.pMethods = &all;
    if (code != SQLITE_OK) {
      close(to);
      to->pMethods = nullptr; // Else SQLite closes it once more.
    }
    return code;
  }

  static int remove(sqlite3_vfs* vfs, const char* path, int sync_directory) {
    of(vfs).forget(path);
    return below(vfs)->xDelete(below(vfs), path, sync_directory);
  }

  /// SQLite takes an empty file for none.
  static int access(sqlite3_vfs* vfs, const char* path, int flags, int* is) {
    if (const auto file = of(vfs).find(path); file && flags == SQLITE_ACCESS_EXISTS) {
      const std::lock_guard lock{file->mutex};
      if (!file->bytes.is_clean()) {
        *is = file->bytes.size() > 0 ? 1 : 0;
        return SQLITE_OK;
      }
    }
    return below(vfs)->xAccess(below(vfs), path, flags, is);
  }

  static int full_path(sqlite3_vfs* vfs, const char* path, int size, char* to) {
    return below(vfs)->xFullPathname(below(vfs), path, size, to);
  }
  static int randomness(sqlite3_vfs* vfs, int size, char* to) { return below(vfs)->xRandomness(below(vfs), size, to); }
  static int sleep(sqlite3_vfs* vfs, int microseconds) { return below(vfs)->xSleep(below(vfs), microseconds); }
  static int current_time(sqlite3_vfs* vfs, double* day) { return below(vfs)->xCurrentTime(below(vfs), day); }
  static int last_error(sqlite3_vfs* vfs, int size, char* to) {
    return below(vfs)->xGetLastError(below(vfs), size, to);
  }
};

faulty_disk::faulty_disk(fault_source now) : now_{std::move(now)}, below_{sqlite3_vfs_find(nullptr)} {
  if (!below_)
    throw std::runtime_error("SQLite has no VFS to put another one over.");
  self_.iVersion = 1;
  self_.szOsFile = static_cast<int>(sizeof(handle)) + below_->szOsFile;
  self_.mxPathname = below_->mxPathname;
  self_.zName = "arauto-faulty";
  self_.pAppData = this;
  self_.xOpen = &methods::open;
  self_.xDelete = &methods::remove;
  self_.xAccess = &methods::access;
  self_.xFullPathname = &methods::full_path;
  self_.xRandomness = &methods::randomness;
  self_.xSleep = &methods::sleep;
  self_.xCurrentTime = &methods::current_time;
  self_.xGetLastError = &methods::last_error;
  if (const auto code = sqlite3_vfs_register(&self_, 1); code != SQLITE_OK)
    throw std::runtime_error(std::string{"SQLite does not take the VFS: "} + sqlite3_errstr(code) + ".");
  app::set_disk(&log_);
}

faulty_disk::~faulty_disk() {
  app::set_disk(nullptr);
  sqlite3_vfs_unregister(&self_);
  sqlite3_vfs_register(below_, 1);
}

/// What all handles of a file share; temporary files have no path and share nothing. Nullptr: its size is not known.
std::shared_ptr<faulty_disk::shared_file> faulty_disk::shared(const char* path, sqlite3_file& disk) {
  auto file = path ? known(path) : std::make_shared<shared_file>();
  const std::lock_guard lock{file->mutex}; // Others write to it.
  // Somebody else may have changed it since.
  const auto is_known = !file->bytes.is_clean() || file->bytes.drop(disk) == SQLITE_OK;
  return is_known ? file : nullptr;
}

std::shared_ptr<faulty_disk::shared_file> faulty_disk::known(const char* path) {
  const std::lock_guard lock{mutex_};
  auto& file = files_[path];
  if (!file)
    file = std::make_shared<shared_file>();
  return file;
}

std::shared_ptr<faulty_disk::shared_file> faulty_disk::find(const char* path) {
  const std::lock_guard lock{mutex_};
  const auto at = files_.find(path);
  return at == files_.end() ? nullptr : at->second;
}

void faulty_disk::forget(const char* path) {
  const std::lock_guard lock{mutex_};
  files_.erase(path);
}

} // namespace arauto::test
