#include "tests/faulty_disk/unsynced_file.hpp"

#include <algorithm>
#include <cstring>

namespace arauto::test {

/// A block as the file has it, zeros where it has nothing.
int unsynced_file::fill(sqlite3_file& disk, block& to, sqlite3_int64 number) const {
  to.fill('\0');
  const auto at = number * block_bytes;
  const auto amount = std::min(block_bytes, bytes_below_ - at);
  if (amount <= 0)
    return SQLITE_OK;
  const auto code = disk.pMethods->xRead(&disk, to.data(), static_cast<int>(amount), at);
  return code == SQLITE_IOERR_SHORT_READ ? SQLITE_OK : code; // SQLite has filled the rest with zeros.
}

int unsynced_file::read(sqlite3_file& disk, char* to, sqlite3_int64 amount, sqlite3_int64 at) const {
  const auto present = std::clamp<sqlite3_int64>(size_ - at, 0, amount);
  for (sqlite3_int64 done = 0; done < present;) {
    const auto number = (at + done) / block_bytes;
    const auto start = (at + done) % block_bytes;
    const auto part = std::min(block_bytes - start, present - done);
    const auto kept = blocks_.find(number);
    block below;
    if (kept == blocks_.end())
      if (const auto code = fill(disk, below, number); code != SQLITE_OK)
        return code;
    const auto& from = kept == blocks_.end() ? below : kept->second;
    std::memcpy(to + done, from.data() + start, static_cast<std::size_t>(part));
    done += part;
  }
  std::memset(to + present, 0, static_cast<std::size_t>(amount - present));
  return present == amount ? SQLITE_OK : SQLITE_IOERR_SHORT_READ;
}

int unsynced_file::write(sqlite3_file& disk, const char* from, sqlite3_int64 amount, sqlite3_int64 at) {
  for (sqlite3_int64 done = 0; done < amount;) {
    const auto number = (at + done) / block_bytes;
    const auto start = (at + done) % block_bytes;
    const auto part = std::min(block_bytes - start, amount - done);
    auto kept = blocks_.find(number);
    if (kept == blocks_.end()) {
      if ((blocks_.size() + 1) * sizeof(block) > bytes_max)
        return SQLITE_FULL;
      block below;
      if (const auto code = fill(disk, below, number); code != SQLITE_OK)
        return code;
      kept = blocks_.emplace(number, below).first;
    }
    std::memcpy(kept->second.data() + start, from + done, static_cast<std::size_t>(part));
    done += part;
  }
  size_ = std::max(size_, at + amount);
  return SQLITE_OK;
}

void unsynced_file::truncate(sqlite3_int64 size) {
  size_ = size;
  is_cut_ = is_cut_ || size < bytes_below_;
  bytes_below_ = std::min(bytes_below_, size);
  blocks_.erase(blocks_.lower_bound((size + block_bytes - 1) / block_bytes), blocks_.end());
  // What comes to lie behind the cut later begins as zeros.
  if (const auto last = blocks_.find(size / block_bytes); last != blocks_.end())
    std::fill(last->second.begin() + size % block_bytes, last->second.end(), '\0');
}

int unsynced_file::hand_over(sqlite3_file& disk) {
  if (is_cut_)
    if (const auto code = disk.pMethods->xTruncate(&disk, bytes_below_); code != SQLITE_OK)
      return code;
  for (const auto& [number, bytes] : blocks_) {
    const auto at = number * block_bytes;
    const auto amount = std::min(block_bytes, size_ - at);
    if (const auto code = disk.pMethods->xWrite(&disk, bytes.data(), static_cast<int>(amount), at); code != SQLITE_OK)
      return code;
  }
  // A cut behind a gap: no block is left that says how long the file is.
  if (size_ > bytes_below_ && !blocks_.contains((size_ - 1) / block_bytes))
    if (const auto code = disk.pMethods->xWrite(&disk, "", 1, size_ - 1); code != SQLITE_OK)
      return code;
  blocks_.clear();
  is_cut_ = false;
  bytes_below_ = size_;
  return SQLITE_OK;
}

int unsynced_file::drop(sqlite3_file& disk) {
  blocks_.clear();
  is_cut_ = false;
  const auto code = disk.pMethods->xFileSize(&disk, &size_);
  bytes_below_ = size_;
  return code;
}

} // namespace arauto::test
