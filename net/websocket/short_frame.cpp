#include "net/websocket/short_frame.hpp"

#include "net/utf8.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <new>

namespace arauto::websocket {

namespace {

std::optional<short_frame::kind> kind_of(std::uint8_t first_byte) noexcept {
  switch (first_byte) { // FIN and an opcode: no reserved bit, no fragment.
  case 0x81:
    return short_frame::kind::text;
  case 0x82:
    return short_frame::kind::binary;
  case 0x8A:
    return short_frame::kind::pong;
  default:
    return std::nullopt;
  }
}

} // namespace

std::optional<short_frame> read_short_frame(std::string_view bytes, short_payload& out) {
  constexpr std::size_t header = 2;
  constexpr std::size_t mask = 4;
  constexpr std::uint8_t mask_bit = 0x80;
  if (bytes.size() < header + mask)
    return std::nullopt;
  const auto what = kind_of(static_cast<std::uint8_t>(bytes[0]));
  const auto second = static_cast<std::uint8_t>(bytes[1]);
  const std::size_t length = second & ~mask_bit & 0xFFU;
  if (!what || (second & mask_bit) == 0 || length > short_frame::payload_max || bytes.size() < header + mask + length)
    return std::nullopt;
  for (std::size_t i = 0; i < length; ++i)
    out[i] = static_cast<char>(bytes[header + mask + i] ^ bytes[header + i % mask]);
  const std::string_view payload{out.data(), length};
  if (*what == short_frame::kind::text && !is_utf8(payload))
    return std::nullopt;
  return short_frame{*what, payload, header + mask + length};
}

std::string close_frame(std::uint16_t status, std::string_view reason) {
  constexpr std::size_t reason_max = 123;
  std::string out{'\x88', '\0'};
  if (status == 0)
    return out;
  out += static_cast<char>(status >> 8);
  out += static_cast<char>(status & 0xFF);
  out += reason.substr(0, reason_max);
  out[1] = static_cast<char>(out.size() - 2);
  return out;
}

std::string accept_value(std::string_view key) {
  constexpr std::string_view guid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  const auto text = std::string{key}.append(guid);
  std::array<unsigned char, 20> digest{};
  if (EVP_Digest(text.data(), text.size(), digest.data(), nullptr, EVP_sha1(), nullptr) != 1)
    throw std::bad_alloc{};
  std::array<unsigned char, 29> base64{}; // 28 characters and a terminator.
  EVP_EncodeBlock(base64.data(), digest.data(), static_cast<int>(digest.size()));
  return {base64.begin(), base64.end() - 1};
}

} // namespace arauto::websocket
