#pragma once

#include "net/engineio/packet.hpp"
#include "net/frame.hpp"

#include <optional>

/// Polling payloads of Engine.IO 3 (protocol text, section 9).
namespace arauto::engineio {

/// Walks the packets of a POST body in text form: `<n>:<packet>` one after the other, n being the UTF-16 code units of
/// the packet. Decoding stops at the first error; packets before it were handed out. Linear in the body.
class text_payload_reader_v3 {
public:
  /// The body must outlive the reader and the packets.
  explicit text_payload_reader_v3(std::string_view body) noexcept : rest_{body}, finished_{false} {}

  /// The next packet, its error, or nothing at the end. An empty body yields one error; empty packets (`0:`) are
  /// skipped. Valid until the next call.
  std::optional<result<packet>> next();

private:
  result<std::string_view> next_text();

  std::string_view rest_;
  std::string scratch_;
  bool is_first_ = true;
  bool finished_;
};

/// Walks the packets of a POST body in binary form: per packet the byte 0 (text) or 1 (binary), the decimal digits of
/// its length as byte values, the byte 255, the packet. An empty body has no packets.
class binary_payload_reader_v3 {
public:
  explicit binary_payload_reader_v3(std::string_view body) noexcept : rest_{body} {}
  std::optional<result<packet>> next();

private:
  std::string_view rest_;
  std::string scratch_;
};

/// Appends a packet to an answer in text form; binary becomes `b4` and base64. A frame of either version will do.
void append_text_packet_v3(std::string& body, const frame& packet);

/// Appends a packet to an answer in binary form, which only clients without `b64` get, and only if it holds binary.
void append_binary_packet_v3(std::string& body, const frame& packet);

/// How many UTF-16 code units a text has; bytes that are no UTF-8 count as they come.
std::size_t utf16_length(std::string_view text) noexcept;

} // namespace arauto::engineio
