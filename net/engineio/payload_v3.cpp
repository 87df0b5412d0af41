#include "net/engineio/payload_v3.hpp"

#include "net/engineio/payload.hpp"
#include "net/utf8.hpp"

namespace arauto::engineio {

namespace {

/// No packet that a server takes is longer than that in digits.
constexpr std::size_t length_digits_max = 10;
constexpr char end_of_length = '\xFF';
/// The type of a message as it stands in front of binary data.
constexpr char message_type = '\x04';

bool is_continuation(char x) noexcept {
  return (static_cast<unsigned char>(x) & 0xC0U) == 0x80U;
}

/// Bytes of the first `units` UTF-16 code units; nothing when the text is shorter, no UTF-8, or cut inside a character.
std::optional<std::size_t> bytes_of_units(std::string_view text, std::size_t units) noexcept {
  std::size_t bytes = 0;
  while (units > 0) {
    if (bytes == text.size())
      return std::nullopt;
    const auto length = utf8_length(text.substr(bytes, 4));
    const auto taken = length == 4 ? 2U : 1U;
    if (length == 0 || taken > units)
      return std::nullopt;
    bytes += length;
    units -= taken;
  }
  return bytes;
}

/// Reads a length up to `end` and removes both. `zero` is what stands for the digit 0. Nothing when it is no number or
/// more than what follows can be.
std::optional<std::size_t> take_length(std::string_view& rest, char end, char zero) noexcept {
  const auto size = rest.substr(0, length_digits_max + 1).find(end);
  if (size == std::string_view::npos || size == 0)
    return std::nullopt;
  std::size_t value = 0;
  for (const char digit : rest.substr(0, size)) {
    if (digit < zero || digit > zero + 9)
      return std::nullopt;
    value = value * 10 + static_cast<std::size_t>(digit - zero);
  }
  rest.remove_prefix(size + 1);
  return value > rest.size() ? std::nullopt : std::optional{value};
}

/// The packet as version 3 has it behind a type byte: frames of version 4 hold the data alone.
std::string_view binary_data(const frame& packet) noexcept {
  return packet.packet().substr(packet.has_type_byte() ? 1 : 0);
}

} // namespace

result<std::string_view> text_payload_reader_v3::next_text() {
  const auto units = take_length(rest_, ':', '0');
  const auto bytes = units ? bytes_of_units(rest_, *units) : std::nullopt;
  if (!bytes)
    return errc::bad_engine_packet;
  const auto text = rest_.substr(0, *bytes);
  rest_.remove_prefix(*bytes);
  return text;
}

std::optional<result<packet>> text_payload_reader_v3::next() {
  while (!finished_ && (is_first_ || !rest_.empty())) {
    is_first_ = false;
    const auto text = next_text();
    if (text && text->empty())
      continue;
    auto decoded = text ? decode_text_v3(*text, scratch_) : text.error();
    finished_ = !decoded;
    return decoded;
  }
  return std::nullopt;
}

std::optional<result<packet>> binary_payload_reader_v3::next() {
  if (rest_.empty())
    return std::nullopt;
  auto after_kind = rest_.substr(1);
  const auto is_text = rest_.front() == 0;
  const auto length =
      rest_.front() == 0 || rest_.front() == 1 ? take_length(after_kind, end_of_length, 0) : std::nullopt;
  if (!length) {
    rest_ = {};
    return errc::bad_engine_packet;
  }
  const auto bytes = after_kind.substr(0, *length);
  rest_ = after_kind.substr(*length);
  auto decoded = is_text ? decode_text_v3(bytes, scratch_) : decode_binary_v3(bytes);
  if (!decoded)
    rest_ = {};
  return decoded;
}

std::size_t utf16_length(std::string_view text) noexcept {
  std::size_t units = 0;
  for (const char x : text)
    units += is_continuation(x) ? 0U : static_cast<unsigned char>(x) >= 0xF0 ? 2U : 1U;
  return units;
}

void append_text_packet_v3(std::string& body, const frame& packet) {
  if (!packet.is_binary()) {
    body += std::to_string(utf16_length(packet.packet()));
    body += ':';
    body += packet.packet();
    return;
  }
  const auto encoded = encode_base64(binary_data(packet));
  body += std::to_string(encoded.size() + 2);
  body += ":b4";
  body += encoded;
}

void append_binary_packet_v3(std::string& body, const frame& packet) {
  const auto data = packet.is_binary() ? binary_data(packet) : packet.packet();
  body += packet.is_binary() ? '\x01' : '\0';
  for (const char digit : std::to_string(data.size() + (packet.is_binary() ? 1 : 0)))
    body += static_cast<char>(digit - '0');
  body += end_of_length;
  if (packet.is_binary())
    body += message_type;
  body += data;
}

} // namespace arauto::engineio
