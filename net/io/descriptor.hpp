#pragma once

#include <unistd.h>
#include <utility>

namespace arauto::io {

/// Owns a descriptor of the kernel and closes it. -1: none.
class descriptor {
public:
  descriptor() = default;
  explicit descriptor(int number) noexcept : number_{number} {}
  descriptor(descriptor&& other) noexcept : number_{other.release()} {}
  descriptor& operator=(descriptor&& other) noexcept {
    if (this != &other) {
      close();
      number_ = other.release();
    }
    return *this;
  }
  ~descriptor() { close(); }

  int get() const noexcept { return number_; }
  bool is_open() const noexcept { return number_ >= 0; }
  /// Gives it to the caller.
  int release() noexcept { return std::exchange(number_, -1); }
  void close() noexcept {
    if (is_open())
      ::close(release());
  }

private:
  int number_ = -1;
};

} // namespace arauto::io
