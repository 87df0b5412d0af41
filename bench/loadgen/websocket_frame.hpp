#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace arauto::loadgen {

enum class websocket_opcode : std::uint8_t { continuation = 0, text = 1, binary = 2, close = 8, ping = 9, pong = 10 };

/// One frame from the server, its payload a view of the bytes it came in (RFC 6455, 5.2).
struct server_frame {
  websocket_opcode opcode{};
  bool is_final = false;
  std::string_view payload;
  std::size_t size = 0;
};

enum class frame_status { complete, incomplete, invalid };

/// Reads the frame at the start of `bytes`. Invalid: masked, or with reserved bits.
inline frame_status read_frame(std::string_view bytes, server_frame& out) noexcept {
  if (bytes.size() < 2)
    return frame_status::incomplete;
  const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(bytes[i]); };
  if ((byte(1) & 0x80U) != 0 || (byte(0) & 0x70U) != 0)
    return frame_status::invalid;
  std::size_t header = 2;
  std::uint64_t length = byte(1) & 0x7FU;
  if (length >= 126) {
    const std::size_t extended = length == 126 ? 2 : 8;
    header += extended;
    if (bytes.size() < header)
      return frame_status::incomplete;
    length = 0;
    for (std::size_t i = 2; i < header; ++i)
      length = length << 8 | byte(i);
  }
  if (bytes.size() - header < length)
    return frame_status::incomplete;
  out = {static_cast<websocket_opcode>(byte(0) & 0x0FU), (byte(0) & 0x80U) != 0, bytes.substr(header, length),
         header + length};
  return frame_status::complete;
}

/// A masked client frame of at most 65,535 bytes; what is longer is cut.
std::string client_frame(websocket_opcode opcode, std::string_view payload);

} // namespace arauto::loadgen
