#pragma once

#include "net/io/frame_stream.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

namespace arauto::io {

/// Who uses a WebSocket reader: a transport. It lives as long as an operation of the reader is under way.
class websocket_reader_owner : public std::enable_shared_from_this<websocket_reader_owner> {
public:
  virtual ~websocket_reader_owner() = default;
  /// One complete message.
  virtual void on_message(bool is_binary, std::string_view message) = 0;
  virtual void on_pong() = 0;
  /// Everything that has arrived was handled, and it ends between two messages: the reader waits for nothing and may
  /// go. Never called from inside another call; nothing was read since.
  virtual void on_reader_idle() = 0;
  /// Last call: the peer closed (the answer was sent), is gone, or broke the protocol.
  virtual void on_reader_end(bool by_error) = 0;
};

/// Reads all of RFC 6455 with Beast: long and fragmented messages, control frames, faults. What it writes enters the
/// frame stream. Takes about 2.5 KB, so a transport has one only while such bytes arrive. I/O thread only.
class websocket_reader {
public:
  virtual ~websocket_reader() = default;

  /// Begins to read a WebSocket whose handshake is done. The stream outlives the reader.
  static std::unique_ptr<websocket_reader> make(frame_stream& stream, std::size_t message_max,
                                                websocket_reader_owner& above);

  /// The call that `on_reader_idle` announces is due: nothing is being read any more.
  virtual bool is_idle() const noexcept = 0;
  virtual void set_message_max(std::size_t bytes) = 0;
  /// The stream may have input, or is over.
  virtual void resume() = 0;
  /// What it wrote has left.
  virtual void unblock() = 0;
  /// Sends a close frame, waits for the peer's and calls `on_reader_end`. Not while it is idle.
  virtual void close(std::uint16_t status, std::string_view reason) = 0;
};

} // namespace arauto::io
