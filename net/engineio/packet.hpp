#pragma once

#include "net/error.hpp"

#include <string>
#include <string_view>

/// Engine.IO protocols 4 and 3: packets, payloads, handshake and the rules of one connection. No socket and no clock.
namespace arauto::engineio {

/// The digit on the wire (Engine.IO protocol, "Packet types").
enum class packet_type : char {
  open = '0',
  close = '1',
  ping = '2',
  pong = '3',
  message = '4',
  upgrade = '5',
  noop = '6',
};

/// One decoded packet. `data` points into what was decoded.
struct packet {
  packet_type type = packet_type::noop;
  /// Only messages are binary.
  bool is_binary = false;
  std::string_view data;

  friend bool operator==(const packet&, const packet&) = default;
};

/// Decodes one text packet: a WebSocket text message or one part of a polling payload. A leading `b` announces base64;
/// its bytes are put into `scratch`, which must outlive the packet.
result<packet> decode_text(std::string_view text, std::string& scratch);

/// A binary WebSocket message is a binary message packet without any prefix.
packet decode_binary(std::string_view bytes) noexcept;

/// The same for version 3, where the type stands in front of binary data too: behind a `b` as a digit, with the bytes
/// in base64 (protocol text, section 9).
result<packet> decode_text_v3(std::string_view text, std::string& scratch);

/// A binary packet of version 3: the type as a byte value, then the data.
result<packet> decode_binary_v3(std::string_view bytes) noexcept;

} // namespace arauto::engineio
