#include "net/engineio/packet.hpp"

#include "net/engineio/payload.hpp"

#include <utility>

namespace arauto::engineio {

namespace {

bool is_type(char digit) noexcept {
  return digit >= '0' && digit <= '6';
}

} // namespace

result<packet> decode_text(std::string_view text, std::string& scratch) {
  if (text.empty())
    return errc::bad_engine_packet;
  const auto data = text.substr(1);
  if (text.front() == 'b') {
    auto bytes = decode_base64(data);
    if (!bytes)
      return bytes.error();
    scratch = std::move(*bytes);
    return packet{packet_type::message, true, scratch};
  }
  if (!is_type(text.front()))
    return errc::bad_engine_packet;
  return packet{static_cast<packet_type>(text.front()), false, data};
}

packet decode_binary(std::string_view bytes) noexcept {
  return {packet_type::message, true, bytes};
}

result<packet> decode_text_v3(std::string_view text, std::string& scratch) {
  if (!text.starts_with('b'))
    return text.empty() || !is_type(text.front())
               ? result<packet>{errc::bad_engine_packet}
               : packet{static_cast<packet_type>(text.front()), false, text.substr(1)};
  if (text.size() < 2 || !is_type(text[1]))
    return errc::bad_engine_packet;
  auto bytes = decode_base64(text.substr(2));
  if (!bytes)
    return bytes.error();
  scratch = std::move(*bytes);
  const auto type = static_cast<packet_type>(text[1]);
  return packet{type, type == packet_type::message, scratch};
}

result<packet> decode_binary_v3(std::string_view bytes) noexcept {
  if (bytes.empty() || static_cast<unsigned char>(bytes.front()) > 6)
    return errc::bad_engine_packet;
  const auto type = static_cast<packet_type>('0' + bytes.front());
  return packet{type, type == packet_type::message, bytes.substr(1)};
}

} // namespace arauto::engineio
