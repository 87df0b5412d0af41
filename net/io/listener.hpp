#pragma once

#include "net/io/http_peer.hpp"
#include "net/io/tls_context.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <string>
#include <vector>

namespace arauto::io {

/// Accepts TCP connections on the first I/O thread and gives them to all threads in turn. When `sockets_max` are open
/// over all threads, a new one is closed at once and counted.
class listener final : private watched, private timer {
public:
  /// One I/O thread that takes sockets.
  struct target {
    io_loop* home;
    http_services* services;
  };

  /// Binds and listens. `host` is an address; "::" takes IPv4 as well. `port` 0 lets the kernel choose.
  /// `tls` may be null. Throws std::runtime_error with address and reason.
  listener(const std::string& host, std::uint16_t port, std::vector<target> targets, const tls_context* tls,
           std::size_t sockets_max);
  /// Takes over `socket`, a TCP socket that listens already, and owns it. Whoever else holds the socket keeps it open:
  /// after `stop`, connects wait in its backlog. Throws std::runtime_error with the reason.
  listener(int socket, std::vector<target> targets, const tls_context* tls, std::size_t sockets_max);
  /// While the first loop does not run.
  ~listener() override = default;

  boost::asio::ip::tcp::endpoint where() const;
  std::uint16_t port() const { return where().port(); }
  /// First I/O thread only.
  void start();
  /// First I/O thread only.
  void stop();

private:
  void on_ready(readiness) override { accept_some(); }
  void on_timer() override { accept_some(); }
  void accept_some();
  void accept_later(int why);
  void hand_over(descriptor socket);
  std::size_t open_sockets() const noexcept;

  std::vector<target> targets_;
  descriptor socket_;
  const tls_context* tls_;
  std::size_t sockets_max_;
  std::size_t next_ = 0;
};

} // namespace arauto::io
