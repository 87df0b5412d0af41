#pragma once

#include "bench/loadgen/options.hpp"

#include <netinet/in.h>
#include <string>
#include <utility>

namespace arauto::loadgen {

/// Owns one descriptor.
class unique_fd {
public:
  unique_fd() = default;
  explicit unique_fd(int fd) noexcept : fd_{fd} {}
  unique_fd(unique_fd&& other) noexcept : fd_{std::exchange(other.fd_, -1)} {}
  unique_fd& operator=(unique_fd&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~unique_fd() { reset(); }
  void reset() noexcept;
  int get() const noexcept { return fd_; }
  explicit operator bool() const noexcept { return fd_ >= 0; }

private:
  int fd_ = -1;
};

/// Throws what errno says.
[[noreturn]] void fail(const std::string& what);

/// Allows as many descriptors as the hard limit does; throws when that is fewer than `wanted`.
void raise_descriptor_limit(std::uint64_t wanted);

sockaddr_in server_address(const options& x);

/// A non-blocking socket on its way to the server. Connection number `index` comes from a loopback address of its own
/// group of 10,000, since one address has too few ports for all. Invalid when connecting failed at once.
unique_fd start_connecting(const options& x, std::uint32_t index);

/// A connected socket, blocking. Throws.
unique_fd connect_blocking(const options& x);

/// `Host: ...` with the line end.
std::string host_header(const options& x);

} // namespace arauto::loadgen
