#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <stdexcept>
#include <string_view>

/// The few things that the event log's files need of an operating system, as a port: tests put a disk behind it that
/// loses what was not synced, and that fails to order.
namespace arauto::app {

/// What the operating system says went wrong, as a sentence.
class disk_failure : public std::runtime_error {
public:
  using std::runtime_error::runtime_error;
};

/// Throws disk_failure for a value of `errno`.
[[noreturn]] void throw_disk_failure(int error);

/// One open file. One thread at a time; several may have the same file open. Functions throw disk_failure.
class disk_file {
public:
  virtual ~disk_file() = default;
  /// How many bytes were read; fewer than wanted: the file ends there.
  virtual std::size_t read_at(std::uint64_t position, std::span<char> to) const = 0;
  virtual void write_at(std::uint64_t position, std::string_view bytes) = 0;
  /// What was written, and the length, outlive a power cut from now on.
  virtual void sync() = 0;
  virtual void truncate(std::uint64_t size) = 0;
  /// Lengthens the file by zeros that have their place on the disk.
  virtual void reserve(std::uint64_t size) = 0;
  virtual std::uint64_t size() const = 0;
};

/// Where files are. Any thread.
class disk {
public:
  virtual ~disk() = default;
  enum class access { read_only, read_write };
  /// Opens a file that is there. Throws disk_failure.
  virtual std::unique_ptr<disk_file> open(const std::filesystem::path& path, access how) = 0;
};

/// The operating system's, unless a test has put another one in its place.
disk& current_disk() noexcept;

/// For tests, while no file is open; nullptr: the operating system's again. The disk outlives its use.
void set_disk(disk* x) noexcept;

} // namespace arauto::app
