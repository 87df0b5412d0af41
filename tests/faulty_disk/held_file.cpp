#include "tests/faulty_disk/held_file.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace arauto::test {

namespace {

struct file_table {
  std::mutex mutex;
  std::map<std::string, std::shared_ptr<held_file>> files;
};

/// Never destroyed: threads may use it until the process has ended.
file_table& all_files() {
  static auto& table = *new file_table;
  return table;
}

} // namespace

std::shared_ptr<held_file> held_file::at(const std::string& path) {
  auto& all = all_files();
  const std::lock_guard lock{all.mutex};
  auto& file = all.files[path];
  if (!file)
    file = std::make_shared<held_file>();
  return file;
}

void held_file::forget(const std::string& path) {
  auto& all = all_files();
  const std::lock_guard lock{all.mutex};
  all.files.erase(path);
}

void held_file::write(const void* bytes, int size, sqlite3_int64 offset) {
  const auto* first = static_cast<const unsigned char*>(bytes);
  const std::lock_guard lock{mutex_};
  changes_.push_back({offset, {first, first + size}, false});
}

void held_file::truncate(sqlite3_int64 size) {
  const std::lock_guard lock{mutex_};
  changes_.push_back({size, {}, true});
}

sqlite3_int64 held_file::size_seen(sqlite3_int64 below) const {
  for (const auto& x : changes_) {
    const auto end = x.offset + static_cast<sqlite3_int64>(x.bytes.size());
    below = x.is_end ? x.offset : std::max(below, end);
  }
  return below;
}

int held_file::size(sqlite3_file* below, sqlite3_int64* out) {
  const std::lock_guard lock{mutex_};
  const auto code = below->pMethods->xFileSize(below, out);
  *out = size_seen(*out);
  return code;
}

int held_file::read(sqlite3_file* below, void* bytes, int size, sqlite3_int64 offset) {
  const std::lock_guard lock{mutex_};
  const auto code = below->pMethods->xRead(below, bytes, size, offset);
  if (code != SQLITE_OK && code != SQLITE_IOERR_SHORT_READ)
    return code;
  auto* to = static_cast<unsigned char*>(bytes);
  for (const auto& x : changes_) {
    const auto first = std::max(offset, x.offset);
    const auto end =
        x.is_end ? offset + size : std::min(offset + size, x.offset + static_cast<sqlite3_int64>(x.bytes.size()));
    if (first >= end)
      continue;
    const auto count = static_cast<std::size_t>(end - first);
    if (x.is_end)
      std::memset(to + (first - offset), 0, count);
    else
      std::memcpy(to + (first - offset), x.bytes.data() + (first - x.offset), count);
  }
  sqlite3_int64 whole = 0;
  if (const auto wrong = below->pMethods->xFileSize(below, &whole); wrong != SQLITE_OK)
    return wrong;
  return size_seen(whole) >= offset + size ? SQLITE_OK : SQLITE_IOERR_SHORT_READ;
}

int held_file::flush(sqlite3_file* below, int flags) {
  const std::lock_guard lock{mutex_};
  for (const auto& x : changes_) {
    const auto code = x.is_end
                          ? below->pMethods->xTruncate(below, x.offset)
                          : below->pMethods->xWrite(below, x.bytes.data(), static_cast<int>(x.bytes.size()), x.offset);
    if (code != SQLITE_OK)
      return code;
  }
  changes_.clear();
  return below->pMethods->xSync(below, flags);
}

void held_file::drop() {
  const std::lock_guard lock{mutex_};
  changes_.clear();
}

} // namespace arauto::test
