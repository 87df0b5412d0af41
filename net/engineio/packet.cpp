#include "net/engineio/packet.hpp"

#include "net/engineio/payload.hpp"

namespace arauto::engineio {

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
  if (text.front() < '0' || text.front() > '6')
    return errc::bad_engine_packet;
  return packet{static_cast<packet_type>(text.front()), false, data};
}

packet decode_binary(std::string_view bytes) noexcept {
  return {packet_type::message, true, bytes};
}

} // namespace arauto::engineio
