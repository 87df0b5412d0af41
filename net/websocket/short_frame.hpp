#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// The few rules of RFC 6455 that need no state.
namespace arauto::websocket {

/// Most of what clients send: a whole message, or a pong, in one frame of at most 125 bytes.
struct short_frame {
  enum class kind : std::uint8_t { text, binary, pong };
  static constexpr std::size_t payload_max = 125;

  kind what = kind::text;
  /// Unmasked; text is UTF-8.
  std::string_view payload;
  /// Bytes of the whole frame.
  std::size_t size = 0;
};

/// Where a payload is unmasked to.
using short_payload = std::array<char, short_frame::payload_max>;

/// The short frame of a client at the beginning of `bytes`. Nothing: whatever stands there is another frame, no
/// legal one, or not complete (RFC 6455, section 5.2).
std::optional<short_frame> read_short_frame(std::string_view bytes, short_payload& out);

/// The close frame of a server (RFC 6455, section 5.5.1). Status 0: none. At most 123 bytes of the reason are taken.
std::string close_frame(std::uint16_t status, std::string_view reason);

/// The value of `Sec-WebSocket-Accept` for a key (RFC 6455, section 4.2.2). Throws std::bad_alloc when OpenSSL has no
/// memory.
std::string accept_value(std::string_view key);

} // namespace arauto::websocket
