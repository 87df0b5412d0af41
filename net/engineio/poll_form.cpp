#include "net/engineio/poll_form.hpp"

#include <algorithm>

namespace arauto::engineio {

namespace {

poll_body write_v3(bool is_text_only, std::span<const frame_ptr> packets) {
  poll_body out;
  out.is_binary =
      !is_text_only && std::any_of(packets.begin(), packets.end(), [](const auto& x) { return x->is_binary(); });
  for (const auto& x : packets)
    out.is_binary ? append_binary_packet_v3(out.bytes, *x) : append_text_packet_v3(out.bytes, *x);
  return out;
}

} // namespace

poll_body write_poll(const poll_form& form, std::span<const frame_ptr> packets) {
  poll_body out;
  if (form.version == 3) {
    out = write_v3(form.is_text_only || form.jsonp != nullptr, packets); // A script is text.
  } else {
    std::size_t bytes = 0;
    for (const auto& x : packets)
      bytes += encoded_size(*x);
    out.bytes.reserve(bytes);
    for (const auto& x : packets)
      append_packet(out.bytes, *x);
  }
  if (form.jsonp != nullptr)
    out.bytes = jsonp_script(*form.jsonp, out.bytes);
  return out;
}

frame_ptr websocket_frame_v3(const frame_ptr& packet, bool is_text_only) {
  if (!packet->is_binary())
    return packet;
  const auto content = packet->packet().substr(packet->has_type_byte() ? 1 : 0);
  if (is_text_only)
    return frame::text({"b4", encode_base64(content)});
  return packet->has_type_byte() ? packet : frame::binary_v3(content);
}

} // namespace arauto::engineio
