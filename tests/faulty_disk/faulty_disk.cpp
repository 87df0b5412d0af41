#include "tests/faulty_disk/faulty_disk.hpp"

#include "tests/faulty_disk/held_file.hpp"

#include <cstdlib>
#include <new>
#include <unistd.h>

namespace arauto::test {

namespace {

sqlite3_vfs* real_disk() {
  return static_cast<sqlite3_vfs*>(sqlite3_vfs_find("unix"));
}

/// Whether the tests want that now.
bool is_ordered(const char* what) {
  static const char* const directory = std::getenv("FAULTY_DISK");
  return directory != nullptr && access((std::string{directory} + "/" + what).c_str(), F_OK) == 0;
}

/// An open file. The one below follows it in memory, as SQLite lays files out.
struct open_file {
  sqlite3_file base;
  std::shared_ptr<held_file>* held;
  sqlite3_file* below;
};

open_file& of(sqlite3_file* x) {
  return *reinterpret_cast<open_file*>(x);
}

int close(sqlite3_file* x) {
  auto* below = of(x).below;
  delete of(x).held;
  return below->pMethods->xClose(below);
}

int read(sqlite3_file* x, void* bytes, int size, sqlite3_int64 offset) {
  return (*of(x).held)->read(of(x).below, bytes, size, offset);
}

int write(sqlite3_file* x, const void* bytes, int size, sqlite3_int64 offset) {
  if (is_ordered("full"))
    return SQLITE_FULL;
  (*of(x).held)->write(bytes, size, offset);
  return SQLITE_OK;
}

int truncate(sqlite3_file* x, sqlite3_int64 size) {
  (*of(x).held)->truncate(size);
  return SQLITE_OK;
}

int sync(sqlite3_file* x, int flags) {
  if (is_ordered("lies"))
    return SQLITE_OK;
  if (!is_ordered("fails"))
    return (*of(x).held)->flush(of(x).below, flags);
  (*of(x).held)->drop();
  return SQLITE_IOERR_FSYNC;
}

int size_of(sqlite3_file* x, sqlite3_int64* out) {
  return (*of(x).held)->size(of(x).below, out);
}

/// A method that goes to the file below as it is.
template <auto Method, class... Arguments>
int pass(sqlite3_file* x, Arguments... arguments) {
  auto* below = of(x).below;
  return (below->pMethods->*Method)(below, arguments...);
}

using methods = sqlite3_io_methods;

void barrier(sqlite3_file* x) {
  of(x).below->pMethods->xShmBarrier(of(x).below);
}

/// Version 2: no memory maps, which would read past what is held.
constexpr methods held_methods{2,
                               close,
                               read,
                               write,
                               truncate,
                               sync,
                               size_of,
                               pass<&methods::xLock, int>,
                               pass<&methods::xUnlock, int>,
                               pass<&methods::xCheckReservedLock, int*>,
                               pass<&methods::xFileControl, int, void*>,
                               pass<&methods::xSectorSize>,
                               pass<&methods::xDeviceCharacteristics>,
                               pass<&methods::xShmMap, int, int, int, void volatile**>,
                               pass<&methods::xShmLock, int, int, int>,
                               barrier,
                               pass<&methods::xShmUnmap, int>,
                               nullptr,
                               nullptr};

int open(sqlite3_vfs*, const char* path, sqlite3_file* x, int flags, int* out) {
  auto& file = of(x);
  file.base.pMethods = nullptr;
  file.below = reinterpret_cast<sqlite3_file*>(&file + 1);
  const auto code = real_disk()->xOpen(real_disk(), path, file.below, flags, out);
  if (file.below->pMethods == nullptr)
    return code;
  file.held = new std::shared_ptr<held_file>{path != nullptr ? held_file::at(path) : std::make_shared<held_file>()};
  file.base.pMethods = &held_methods;
  return code;
}

int remove(sqlite3_vfs*, const char* path, int is_synced) {
  held_file::forget(path);
  return real_disk()->xDelete(real_disk(), path, is_synced);
}

} // namespace

void install_faulty_disk() {
  static sqlite3_vfs disk = *real_disk();
  disk.zName = "faulty";
  disk.szOsFile = static_cast<int>(sizeof(open_file)) + real_disk()->szOsFile;
  disk.xOpen = open;
  disk.xDelete = remove;
  sqlite3_vfs_register(&disk, 1);
}

} // namespace arauto::test
