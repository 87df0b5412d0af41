#pragma once

#include "bench/peers/limit/tls.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace arauto::limit {

/// Bytes shared by all connections that send them.
using bytes_ptr = std::shared_ptr<const std::string>;

/// One client; kept small, since the scenario of idle connections measures its size. Owns its descriptor, and is what
/// epoll names.
class connection {
public:
  static constexpr std::uint32_t no_nsp = 0xFFFFFFFF;

  /// `serial` tells it from others that had the same descriptor.
  connection(int epoll, int fd, std::uint64_t serial, const tls_context& tls);
  connection(const connection&) = delete;
  connection& operator=(const connection&) = delete;
  ~connection();

  /// As recv().
  std::ptrdiff_t receive(std::vector<char>& buffer);
  /// Sends at once what the socket takes and queues the rest, without bound.
  void send(const bytes_ptr& bytes);
  void send_queued();
  int fd() const noexcept { return fd_; }
  std::uint64_t serial() const noexcept { return serial_; }

  bool is_websocket = false;
  std::uint32_t nsp_index = no_nsp;
  /// Among the sessions of its namespace.
  std::uint32_t position = 0;
  /// The start of a request or frame.
  std::string unread;

private:
  /// Shared bytes and how much of them is sent.
  struct queued {
    bytes_ptr bytes;
    std::size_t sent;
  };

  void send_or_queue(const char* bytes, std::size_t size, const bytes_ptr& shared);
  void send_ciphertext();
  void watch(int operation, std::uint32_t events);

  int epoll_;
  int fd_;
  std::uint64_t serial_;
  ssl_ptr ssl_;
  std::vector<queued> queue_;
};

} // namespace arauto::limit
