#include "net/engineio/payload.hpp"

#include <algorithm>
#include <array>

namespace arauto::engineio {

namespace {

/// Joins the packets of a payload (protocol text, section 3).
constexpr char separator = '\x1e';
constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr unsigned char no_digit = 0xFF;

constexpr std::array<unsigned char, 256> digits = [] {
  std::array<unsigned char, 256> x{};
  x.fill(no_digit);
  for (std::size_t i = 0; i < alphabet.size(); ++i)
    x[static_cast<unsigned char>(alphabet[i])] = static_cast<unsigned char>(i);
  return x;
}();

} // namespace

std::optional<result<packet>> payload_reader::next() {
  if (finished_)
    return std::nullopt;
  const auto end = std::min(rest_.find(separator), rest_.size());
  auto decoded = decode_text(rest_.substr(0, end), scratch_);
  finished_ = end == rest_.size() || !decoded;
  rest_.remove_prefix(std::min(end + 1, rest_.size()));
  return decoded;
}

void append_packet(std::string& body, const frame& packet) {
  if (!body.empty())
    body += separator;
  if (packet.is_binary())
    body.append("b").append(encode_base64(packet.packet()));
  else
    body += packet.packet();
}

std::size_t encoded_size(const frame& packet) noexcept {
  const auto bytes = packet.packet().size();
  return 1 + (packet.is_binary() ? 1 + (bytes + 2) / 3 * 4 : bytes);
}

std::string encode_base64(std::string_view bytes) {
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const auto left = bytes.size() - i;
    const auto byte = [&](std::size_t at) { return at < left ? static_cast<unsigned char>(bytes[i + at]) : 0U; };
    const auto group = byte(0) << 16 | byte(1) << 8 | byte(2);
    out += alphabet[group >> 18];
    out += alphabet[group >> 12 & 63];
    out += left > 1 ? alphabet[group >> 6 & 63] : '=';
    out += left > 2 ? alphabet[group & 63] : '=';
  }
  return out;
}

result<std::string> decode_base64(std::string_view text) {
  if (text.size() % 4 != 0)
    return errc::bad_base64;
  const auto padding = text.ends_with("==") ? 2U : text.ends_with("=") ? 1U : 0U;
  text.remove_suffix(padding);
  std::string out;
  out.reserve(text.size() / 4 * 3 + 3);
  std::uint32_t bits = 0;
  unsigned count = 0;
  for (const char c : text) {
    const auto digit = digits[static_cast<unsigned char>(c)];
    if (digit == no_digit)
      return errc::bad_base64;
    bits = bits << 6 | digit;
    count += 6;
    if (count >= 8) {
      count -= 8;
      out += static_cast<char>(bits >> count & 0xFFU);
    }
  }
  return out;
}

} // namespace arauto::engineio
