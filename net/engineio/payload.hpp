#pragma once

#include "net/engineio/packet.hpp"
#include "net/frame.hpp"

#include <optional>

namespace arauto::engineio {

/// Walks the packets of a polling POST body (protocol 4: joined by byte 0x1e). Decoding stops at the first bad packet;
/// packets before it were handed out.
class payload_reader {
public:
  /// The body must outlive the reader and the packets.
  explicit payload_reader(std::string_view body) noexcept : rest_{body} {}

  /// The next packet, its error, or nothing at the end. An empty body yields one error. Valid until the next call.
  std::optional<result<packet>> next();

private:
  std::string_view rest_;
  std::string scratch_;
  bool finished_ = false;
};

/// Appends a frame's packet to the body of a polling answer, with the separator if it is not the first; binary becomes
/// `b` and base64.
void append_packet(std::string& body, const frame& packet);

/// Size that `append_packet` would add at most, in bytes.
std::size_t encoded_size(const frame& packet) noexcept;

/// Standard base64 with padding.
std::string encode_base64(std::string_view bytes);
/// Undoes it; an error when a character or the length is wrong.
result<std::string> decode_base64(std::string_view text);

} // namespace arauto::engineio
