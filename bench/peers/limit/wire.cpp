#include "bench/peers/limit/wire.hpp"

#include <openssl/evp.h>
#include <openssl/sha.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <strings.h>

namespace arauto::limit {

namespace {

/// Value of the field whose name with colon is given; empty when absent.
std::string_view field(std::string_view head, std::string_view name) {
  for (auto at = head.find("\r\n"); at != std::string_view::npos; at = head.find("\r\n", at)) {
    at += 2;
    const auto line = head.substr(at, head.find("\r\n", at) - at);
    if (line.size() >= name.size() && strncasecmp(line.data(), name.data(), name.size()) == 0) {
      const auto value = line.substr(name.size());
      return value.substr(std::min(value.find_first_not_of(' '), value.size()));
    }
  }
  return {};
}

} // namespace

std::optional<http_request> read_request(std::string_view bytes) {
  const auto head_end = bytes.find("\r\n\r\n");
  if (head_end == std::string_view::npos)
    return std::nullopt;
  const auto head = bytes.substr(0, head_end + 2);
  const auto body_at = head_end + 4;
  const auto length = field(head, "content-length:");
  std::size_t body_size = 0;
  std::from_chars(length.data(), length.data() + length.size(), body_size);
  if (bytes.size() < body_at + body_size)
    return std::nullopt;
  const auto method_end = head.find(' ');
  const auto target_at = std::min(method_end, head.size() - 1) + 1;
  return http_request{head.substr(0, method_end), head.substr(target_at, head.find(' ', target_at) - target_at),
                      field(head, "sec-websocket-key:"), bytes.substr(body_at, body_size), body_at + body_size};
}

std::optional<client_frame> read_client_frame(std::string_view bytes) {
  constexpr std::size_t header = 6;
  constexpr unsigned text_opcode = 1;
  if (bytes.size() < header)
    return std::nullopt;
  const auto length = static_cast<unsigned char>(bytes[1]) & 0x7FU;
  if (bytes.size() < header + length)
    return std::nullopt;
  auto frame = client_frame{};
  frame.is_text = (static_cast<unsigned char>(bytes[0]) & 0x0FU) == text_opcode;
  frame.payload = bytes.substr(header, length);
  frame.size = header + length;
  for (std::size_t i = 0; i < length; ++i)
    frame.payload[i] = static_cast<char>(frame.payload[i] ^ bytes[2 + i % 4]);
  return frame;
}

std::string accept_key(std::string_view websocket_key) {
  const auto text = std::string{websocket_key} + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  auto digest = std::array<unsigned char, SHA_DIGEST_LENGTH>{};
  SHA1(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
  auto encoded = std::array<unsigned char, 32>{};
  const auto size = EVP_EncodeBlock(encoded.data(), digest.data(), static_cast<int>(digest.size()));
  return {encoded.data(), encoded.data() + size};
}

void append_text_frame(std::string& out, std::initializer_list<std::string_view> parts) {
  std::size_t size = 0;
  for (auto part : parts)
    size += part.size();
  const unsigned extended = size < 126 ? 0 : size < 65536 ? 2 : 8;
  out.push_back(static_cast<char>(0x81));
  out.push_back(static_cast<char>(extended == 0 ? size : extended == 2 ? 126 : 127));
  for (auto left = extended; left-- > 0;)
    out.push_back(static_cast<char>(size >> (8 * left) & 0xFF));
  for (auto part : parts)
    out.append(part);
}

} // namespace arauto::limit
