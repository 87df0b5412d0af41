#pragma once

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

  connection(int epoll, int fd);
  connection(const connection&) = delete;
  connection& operator=(const connection&) = delete;
  ~connection();

  /// As recv().
  std::ptrdiff_t receive(std::vector<char>& buffer);
  /// Sends at once what the socket takes and queues the rest, without bound.
  void send(const bytes_ptr& bytes);
  void send_queued();
  int fd() const noexcept { return fd_; }

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

  void watch(int operation, std::uint32_t events);

  int epoll_;
  int fd_;
  std::vector<queued> queue_;
};

} // namespace arauto::limit
