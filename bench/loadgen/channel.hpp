#pragma once

#include "bench/loadgen/socket.hpp"

#include <cstddef>
#include <memory>
#include <string_view>
#include <sys/types.h>

struct ssl_st;

namespace arauto::loadgen {

/// The bytes of one connection to the server: plain TCP, or TLS that trusts any certificate. Calls as those of the
/// socket; without waiting.
class channel {
public:
  channel() = default;
  /// Takes a connected socket.
  channel(unique_fd fd, bool is_secure);

  enum class progress { done, wait, failed };
  /// The TLS handshake; at once done without TLS. `wait`: again when the socket is readable.
  progress secure();

  /// As recv() and send(), with EAGAIN for a TLS layer that wants more first.
  ssize_t receive(char* into, std::size_t size);
  ssize_t send(std::string_view bytes);
  /// Whether one read says nothing about what else there is.
  bool is_secure() const noexcept { return ssl_ != nullptr; }

  int fd() const noexcept { return fd_.get(); }
  explicit operator bool() const noexcept { return static_cast<bool>(fd_); }
  void reset() noexcept;

private:
  struct deleter {
    void operator()(ssl_st* x) const noexcept;
  };
  ssize_t outcome(int result);

  unique_fd fd_;
  std::unique_ptr<ssl_st, deleter> ssl_;
};

} // namespace arauto::loadgen
