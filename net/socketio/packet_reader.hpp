#pragma once

#include "net/socketio/packet.hpp"

#include <memory>

namespace arauto::socketio {

/// A complete packet and its attachments: placeholders name them from 0 upward in the order of their first appearance,
/// and each is named.
struct assembled_packet {
  socketio::packet packet;
  std::vector<std::string> attachments;
};

/// Puts the packets of one connection together: text, and the binary messages that belong to it. Owned by its
/// connection; two pointers when nothing is pending. At most one packet is pending, bounded by the limits; an error
/// drops it.
class packet_reader {
public:
  /// `limits` must outlive the reader.
  explicit packet_reader(const packet_limits& limits) noexcept : limits_{&limits} {}

  /// A text message. The packet is complete, or nullptr while attachments are due. Valid until the next call, and no
  /// longer than `message`.
  result<const assembled_packet*> on_text(std::string_view message);

  /// A binary message: an attachment.
  result<const assembled_packet*> on_binary(std::string_view bytes);

  /// The last packet has been handled: gives its memory back.
  void settle() noexcept {
    if (!is_pending())
      work_.reset();
  }

  bool is_pending() const noexcept { return work_ != nullptr && work_->is_pending; }

private:
  struct work {
    /// The text of a packet whose attachments are due: its views point in here.
    std::string text;
    /// Its payload, if the client's order was another one.
    std::string ordered_payload;
    assembled_packet packet;
    std::size_t attachment_bytes = 0;
    bool is_pending = false;
  };

  const packet_limits* limits_;
  std::unique_ptr<work> work_;
};

} // namespace arauto::socketio
