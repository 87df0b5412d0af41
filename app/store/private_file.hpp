#pragma once

#include <filesystem>
#include <string_view>
#include <unistd.h>

/// Files that only their owner may read and write, and that outlive a power cut.
namespace arauto::app {

/// Closes its descriptor.
class descriptor {
public:
  explicit descriptor(int number) noexcept : number_{number} {}
  descriptor(const descriptor&) = delete;
  descriptor& operator=(const descriptor&) = delete;
  ~descriptor() {
    if (number_ >= 0)
      ::close(number_);
  }
  int get() const noexcept { return number_; }
  bool is_open() const noexcept { return number_ >= 0; }

private:
  int number_;
};

/// Writes a file that nobody saw before (mode 0600), and syncs it. False with errno set.
bool write_private_file(const std::filesystem::path& path, std::string_view bytes);

/// Writes all bytes. False with errno set.
bool write_all(int to, std::string_view bytes);

/// Names in that directory outlive a power cut from now on. False with errno set.
bool sync_directory(const std::filesystem::path& path);

} // namespace arauto::app
