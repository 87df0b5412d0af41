#pragma once

#include <sqlite3.h>

#include <array>
#include <cstddef>
#include <map>

namespace arauto::test {

/// What this process wrote to a file of SQLite and has not synced. Reads see it; the file does not have it, so that it
/// goes with the process. Functions give SQLite's result codes and take the open file that lies below ("the disk"). One
/// thread at a time.
class unsynced_file {
public:
  /// A write that would keep more than that gives SQLITE_FULL.
  static constexpr std::size_t bytes_max = 268435456;

  int read(sqlite3_file& disk, char* to, sqlite3_int64 amount, sqlite3_int64 at) const;
  int write(sqlite3_file& disk, const char* from, sqlite3_int64 amount, sqlite3_int64 at);
  void truncate(sqlite3_int64 size);
  /// Writes all of it to the file, which is not synced by that.
  int hand_over(sqlite3_file& disk);
  /// Forgets all of it: what is left is what the file has. To be called first.
  int drop(sqlite3_file& disk);

  /// Of the file as this process sees it.
  sqlite3_int64 size() const noexcept { return size_; }
  /// Whether the file has everything.
  bool is_clean() const noexcept { return blocks_.empty() && !is_cut_ && size_ == bytes_below_; }

private:
  static constexpr sqlite3_int64 block_bytes = 4096;
  using block = std::array<char, block_bytes>;

  int fill(sqlite3_file& disk, block& to, sqlite3_int64 number) const;

  std::map<sqlite3_int64, block> blocks_;
  sqlite3_int64 size_ = 0;
  /// As much of the file still counts: what lies behind was cut off.
  sqlite3_int64 bytes_below_ = 0;
  bool is_cut_ = false;
};

} // namespace arauto::test
