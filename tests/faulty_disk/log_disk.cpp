#include "tests/faulty_disk/log_disk.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <limits>
#include <vector>

namespace arauto::test {

namespace {

/// Bytes of one call: SQLite counts them as an int.
constexpr std::size_t chunk_max = 1 << 24;

void check(int code) {
  if (code == SQLITE_OK)
    return;
  app::throw_disk_failure(code == SQLITE_FULL ? ENOSPC : code == SQLITE_CANTOPEN ? ENOENT : EIO);
}

class vfs_file final : public app::disk_file {
public:
  vfs_file(const std::filesystem::path& path, app::disk::access how)
      : path_{sqlite3_create_filename(path.c_str(), "", "", 0, nullptr)},
        vfs_{sqlite3_vfs_find(nullptr)},
        bytes_((static_cast<std::size_t>(vfs_->szOsFile) + sizeof(std::max_align_t) - 1) / sizeof(std::max_align_t)) {
    const auto flags = how == app::disk::access::read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE;
    const auto code = vfs_->xOpen(vfs_, path_, file(), flags | SQLITE_OPEN_MAIN_DB, nullptr);
    if (code != SQLITE_OK)
      sqlite3_free_filename(path_);
    check(code);
  }
  ~vfs_file() override {
    file()->pMethods->xClose(file());
    sqlite3_free_filename(path_);
  }
  vfs_file(const vfs_file&) = delete;
  vfs_file& operator=(const vfs_file&) = delete;

  std::size_t read_at(std::uint64_t position, std::span<char> to) const override {
    const auto there = size();
    const auto wanted = position >= there ? 0 : std::min<std::size_t>(to.size(), there - position);
    for (std::size_t done = 0; done < wanted;) {
      const auto part = std::min(chunk_max, wanted - done);
      check(file()->pMethods->xRead(file(), to.data() + done, static_cast<int>(part),
                                    static_cast<sqlite3_int64>(position + done)));
      done += part;
    }
    return wanted;
  }
  void write_at(std::uint64_t position, std::string_view bytes) override {
    for (; !bytes.empty(); bytes.remove_prefix(std::min(chunk_max, bytes.size())), position += chunk_max)
      check(file()->pMethods->xWrite(file(), bytes.data(), static_cast<int>(std::min(chunk_max, bytes.size())),
                                     static_cast<sqlite3_int64>(position)));
  }
  void sync() override { check(file()->pMethods->xSync(file(), SQLITE_SYNC_NORMAL)); }
  void truncate(std::uint64_t size) override {
    check(file()->pMethods->xTruncate(file(), static_cast<sqlite3_int64>(size)));
  }
  void reserve(std::uint64_t bytes) override {
    if (bytes > size())
      truncate(bytes);
  }
  std::uint64_t size() const override {
    sqlite3_int64 x = 0;
    check(file()->pMethods->xFileSize(file(), &x));
    return static_cast<std::uint64_t>(x);
  }

private:
  sqlite3_file* file() const noexcept { return reinterpret_cast<sqlite3_file*>(bytes_.data()); }

  sqlite3_filename path_; // In the form that a VFS expects.
  sqlite3_vfs* vfs_;
  mutable std::vector<std::max_align_t> bytes_;
};

} // namespace

std::unique_ptr<app::disk_file> log_disk::open(const std::filesystem::path& path, access how) {
  return std::make_unique<vfs_file>(path, how);
}

} // namespace arauto::test
