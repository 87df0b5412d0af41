#pragma once

#include "net/counters.hpp"
#include "net/io/io_loop.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <thread>

namespace arauto::test {

/// One frame: the first byte of its header, which is FIN, reserved bits and opcode (RFC 6455, section 5.2), and its
/// payload, not masked.
struct wire_frame {
  std::uint8_t first = 0;
  std::string payload;
  friend bool operator==(const wire_frame&, const wire_frame&) = default;
};

/// A server of WebSockets on a thread of its own, made of the transport that the product has, which sends every message
/// back. Serves one client after another.
class echo_host {
public:
  /// `message_max`: bytes of one message.
  explicit echo_host(std::size_t message_max);
  /// Waits until the last WebSocket is gone.
  ~echo_host();

  /// Accepts a client. Gives the descriptor of its end, connected; what comes first there is the answer to its
  /// handshake.
  int connect();

  /// Returns when the host has read so many bytes of this client, or reads none any more.
  void await_reading(std::uint64_t bytes);

private:
  class connection;
  template <class What>
  void on_loop(What what);

  std::size_t message_max_;
  io::io_loop home_{0};
  io_counters counters_;
  std::unique_ptr<connection> current_;
  std::uint64_t received_before_ = 0;
  std::thread thread_{[this] { home_.run(); }};
};

/// The client's end of one WebSocket to a host: writes bytes as they are, reads frames and judges their form. Waits at
/// most ten seconds for anything.
class echo_client {
public:
  explicit echo_client(echo_host& host);
  echo_client(const echo_client&) = delete;
  ~echo_client();

  /// In one piece; the host may have ended already.
  void send(std::string_view bytes);
  /// The host reads these before anything that follows.
  void send_and_await(std::string_view bytes);

  /// The next frame. A default one when there is none: `fault` says why.
  wire_frame read();
  /// Whether the stream ends here, as TCP should: no reset.
  bool is_ended();
  /// What was wrong with what came; empty when nothing was.
  const std::string& fault() const noexcept { return fault_; }

private:
  bool fill(std::size_t bytes);
  std::string take(std::size_t bytes);
  void skip_head();

  echo_host* host_;
  int socket_;
  std::uint64_t sent_ = 0;
  std::string input_;
  std::size_t used_ = 0;
  std::string fault_;
};

} // namespace arauto::test
