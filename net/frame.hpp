#pragma once

#include <boost/smart_ptr/intrusive_ptr.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace arauto {

class frame;

/// Shared, immutable. A binary event is a short run of these: header, then attachments.
using frame_ptr = boost::intrusive_ptr<const frame>;

/// One Engine.IO packet with its WebSocket header (server side, unmasked, RFC 6455 section 5.2), encoded once and
/// shared by every connection that sends it. Thread-safe, since it never changes.
class frame {
public:
  /// Joins the parts into one text packet; the first part starts with the Engine.IO type digit.
  static frame_ptr text(std::initializer_list<std::string_view> parts);

  /// Bytes that a text written by a caller has to begin with: room for the WebSocket header.
  static constexpr std::size_t header_room = 10;
  /// A text packet that was written behind `header_room` bytes of anything: taken as it is, no copy.
  static frame_ptr text_behind_room(std::string bytes);

  /// A binary message. `bytes` is the content only: Engine.IO 4 has no type byte here.
  static frame_ptr binary(std::string_view bytes);

  /// Bytes without WebSocket header, for streams that are no WebSocket.
  static frame_ptr raw(std::initializer_list<std::string_view> parts);

  /// The same for one client of Engine.IO 3: the type of a message as a byte value, then the content.
  static frame_ptr binary_v3(std::string_view bytes);

  /// What WebSockets write for these packets, in order, as few *runs*: frames that hold the bytes of several, 64 KiB at
  /// most unless one packet has more. A run has no packet of its own, so only queues of WebSockets take it.
  static std::vector<frame_ptr> join(std::span<const frame_ptr> packets);

  /// WebSocket header and packet: what a WebSocket transport writes.
  std::string_view websocket() const noexcept { return std::string_view{bytes_}.substr(start_); }

  /// The packet alone: what a polling transport encodes.
  std::string_view packet() const noexcept { return websocket().substr(header_size_); }

  bool is_binary() const noexcept { return binary_; }
  /// Whether a binary packet begins with its type, as in version 3.
  bool has_type_byte() const noexcept { return has_type_byte_; }

private:
  frame() = default;
  void start(std::uint8_t first_byte, std::size_t payload_size);

  friend void intrusive_ptr_add_ref(const frame* x) noexcept { x->references_.fetch_add(1, std::memory_order_relaxed); }
  friend void intrusive_ptr_release(const frame* x) noexcept {
    if (x->references_.fetch_sub(1, std::memory_order_acq_rel) == 1)
      delete x;
  }

  mutable std::atomic<std::uint32_t> references_{0};
  /// Bytes of `bytes_` before the header.
  std::uint8_t start_ = 0;
  std::uint8_t header_size_ = 0;
  bool binary_ = false;
  bool has_type_byte_ = false;
  std::string bytes_;
};

/// Packets that go out in order with nothing in between.
struct frame_batch {
  frame_batch(std::span<const frame_ptr> each, std::span<const frame_ptr> joined = {}) : packets{each}, runs{joined} {}
  frame_batch(const std::vector<frame_ptr>& each) : packets{each} {}

  std::span<const frame_ptr> packets;
  /// The same packets as `frame::join` makes them; empty when nobody joined them.
  std::span<const frame_ptr> runs;
};

} // namespace arauto
