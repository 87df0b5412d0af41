#pragma once

#include "tests/faulty_disk/log_disk.hpp"
#include "tests/faulty_disk/unsynced_file.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

namespace arauto::test {

/// What a disk does wrong.
enum class disk_fault : std::uint8_t {
  none,
  /// A sync says that it is done, and does nothing.
  lies,
  /// A sync fails, and what it should have written is gone.
  fails,
  /// A sync fails, although the file has everything: what a process finds that starts now was refused before.
  fails_late,
  /// Nothing can be written for want of space.
  full,
  /// Nothing can be read, written or synced.
  dead,
};

/// Asked at each read, write and sync, by every thread that uses SQLite.
using fault_source = std::function<disk_fault()>;

/// A VFS of SQLite, the default one for as long as it lives, that keeps what is written in memory until it is synced: a
/// process that ends without a sync loses it, as a machine does whose power is cut. Holds databases, journals and
/// write-ahead logs with their sizes; every handle of this process on a file sees the same. What it leaves to the real
/// VFS: shared memory, locks, names of files (a file that was made or deleted is so at once), and every file that is
/// neither SQLite's nor the event log's (it is the log's disk, too). While a file has unsynced bytes nobody else may
/// change it, and nobody may make another one of its name. Made and destroyed while no database is open; its files may
/// be used by any thread.
class faulty_disk {
public:
  /// Throws std::runtime_error when SQLite does not take it.
  explicit faulty_disk(fault_source now);
  ~faulty_disk();
  faulty_disk(const faulty_disk&) = delete;
  faulty_disk& operator=(const faulty_disk&) = delete;

private:
  /// One file for all its handles.
  struct shared_file {
    std::mutex mutex;
    unsynced_file bytes;
  };
  struct handle;
  struct methods;
  friend struct methods;

  std::shared_ptr<shared_file> shared(const char* path, sqlite3_file& disk);
  std::shared_ptr<shared_file> known(const char* path);
  std::shared_ptr<shared_file> find(const char* path);
  void forget(const char* path);

  fault_source now_;
  sqlite3_vfs* below_;
  sqlite3_vfs self_{};
  log_disk log_;
  std::mutex mutex_;
  std::unordered_map<std::string, std::shared_ptr<shared_file>> files_;
};

} // namespace arauto::test
