#pragma once

#include "net/http/message.hpp"
#include "net/http/upgrade.hpp"
#include "net/io/frame_stream.hpp"

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace arauto::io {

class websocket_transport;

/// Who listens to a WebSocket: an Engine.IO connection. I/O thread only; must not throw.
class websocket_listener {
public:
  virtual ~websocket_listener() = default;
  /// One complete message.
  virtual void on_websocket_message(websocket_transport& from, bool is_binary, std::string_view message) = 0;
  /// The peer answered a ping of ours.
  virtual void on_websocket_pong(websocket_transport&) {}
  /// Last call: the peer is gone, or broke the protocol.
  virtual void on_websocket_closed(websocket_transport& from, bool by_error) = 0;
};

/// The WebSocket leg of an Engine.IO connection (RFC 6455). Short frames are read at once; for anything else Beast
/// comes
/// (`websocket_reader`) and goes, so that an idle one is small. Everything that leaves goes through the frame stream.
/// Owned by its connection; keeps itself alive while an operation of its socket is under way. I/O thread only.
class websocket_transport {
public:
  virtual ~websocket_transport() = default;

  /// Writes the 101 for an upgrade request, with `extra` header fields. `message_max`: bytes of one message; a longer
  /// one closes with 1009. Precondition: the request has no fault (`find_upgrade_fault`).
  static std::shared_ptr<websocket_transport> accept(std::shared_ptr<frame_stream> stream, const http::request& asked,
                                                     const http::field_list& extra, std::size_t message_max,
                                                     websocket_listener& listener);

  /// Begins to read. Once; calls nobody.
  virtual void start() = 0;

  /// Answers the upgrade request and closes at once: Engine.IO has no use for this WebSocket.
  static void accept_and_close(std::shared_ptr<frame_stream> stream, const http::request& asked,
                               const http::field_list& extra);

  /// Sends one frame ahead of the source, behind what is half sent.
  virtual void send(const frame& x) = 0;

  /// Frames come from here from now on.
  virtual void set_source(frame_queue* source) = 0;
  /// Where everything leaves; as long as the transport lives.
  virtual frame_stream& stream() noexcept = 0;
  virtual void set_message_max(std::size_t bytes) = 0;
  /// Offers the source to the socket now.
  virtual void flush() = 0;

  /// Sends a ping of WebSocket's own (RFC 6455, section 5.5.2).
  virtual void ping() = 0;

  /// Sends a close frame behind what is half sent and ends. No listener is called any more. Status 0: none is sent, as
  /// Engine.IO wants it; the reason has at most 123 bytes (RFC 6455, section 5.5).
  virtual void close(std::uint16_t status = 0, std::string_view reason = {}) = 0;
};

/// Refuses an upgrade: HTTP 400 with a bare text, then the TCP connection ends (Engine.IO text, section 2).
void refuse_upgrade(const std::shared_ptr<frame_stream>& stream, std::string_view text);

/// The same for a request that cannot become a WebSocket at all.
void refuse_upgrade(const std::shared_ptr<frame_stream>& stream, const http::upgrade_fault& why);

} // namespace arauto::io
