#pragma once

#include <sqlite3.h>

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace arauto::test {

/// What was done to one file since it was synced last. Shared by all who have it open; thread-safe.
class held_file {
public:
  /// The same for the same path, as long as the process lives.
  static std::shared_ptr<held_file> at(const std::string& path);
  static void forget(const std::string& path);

  void write(const void* bytes, int size, sqlite3_int64 offset);
  void truncate(sqlite3_int64 size);
  /// Fills a buffer with what a process sees: the file below, and what is held.
  int read(sqlite3_file* below, void* bytes, int size, sqlite3_int64 offset);
  int size(sqlite3_file* below, sqlite3_int64* out);
  /// Hands everything to the file below.
  int flush(sqlite3_file* below, int flags);
  /// As if it had never been written.
  void drop();

private:
  struct change {
    sqlite3_int64 offset = 0;
    std::vector<unsigned char> bytes;
    /// The file ends at `offset`.
    bool is_end = false;
  };
  sqlite3_int64 size_seen(sqlite3_int64 below) const;

  std::mutex mutex_;
  std::vector<change> changes_;
};

} // namespace arauto::test
