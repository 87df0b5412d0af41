#include "net/socketio/packet.hpp"

#include "net/json.hpp"
#include "net/utf8.hpp"

#include <algorithm>
#include <array>

namespace arauto::socketio {

namespace {

constexpr std::size_t nsp_max = 512;
/// Of a query behind a name, in which older clients send what newer ones send as payload.
constexpr std::size_t nsp_query_max = 4096;
/// Beyond it JavaScript cannot count.
constexpr std::uint64_t id_max = std::uint64_t{1} << 53;

bool is_digit(char x) noexcept {
  return x >= '0' && x <= '9';
}

/// Cuts decimal digits off; nothing when there are none or the number is beyond 2^53.
result<std::optional<std::uint64_t>> take_number(std::string_view& rest) {
  std::optional<std::uint64_t> number;
  while (!rest.empty() && is_digit(rest.front())) {
    number = number.value_or(0) * 10 + static_cast<std::uint64_t>(rest.front() - '0');
    if (*number > id_max)
      return errc::bad_socket_packet;
    rest.remove_prefix(1);
  }
  return number;
}

bool is_binary(packet_type type) noexcept {
  return type == packet_type::binary_event || type == packet_type::binary_ack;
}

/// The first element of an event: a number, or a name that is not reserved.
bool is_event_payload(std::string_view payload) {
  const auto elements = json::split_head(payload);
  if (!elements)
    return false;
  const auto& name = elements->first;
  if (name.kind == json::kind::string)
    return !is_reserved_event(json::decode_string(name));
  return name.kind == json::kind::number;
}

bool is_allowed_payload(const packet& x) {
  if (x.payload.empty()) // An event or ack without payload is accepted quietly, as the reference server does.
    return !is_binary(x.type);
  if (x.type == packet_type::disconnect)
    return false;
  if (x.type == packet_type::event || x.type == packet_type::binary_event)
    return is_event_payload(x.payload);
  const auto checked = json::check(x.payload);
  if (!checked)
    return false;
  switch (x.type) {
  case packet_type::connect:
    return checked->kind == json::kind::object;
  case packet_type::connect_error:
    return checked->kind == json::kind::object || checked->kind == json::kind::string;
  default:
    return checked->kind == json::kind::array;
  }
}

/// Reads `count "-"` of a binary packet.
result<std::size_t> take_attachment_count(std::string_view& rest, const packet_limits& limits) {
  const auto count = take_number(rest);
  if (!count || !*count || rest.empty() || rest.front() != '-')
    return errc::bad_socket_packet;
  rest.remove_prefix(1);
  if (**count == 0 || **count > limits.attachments_max)
    return errc::bad_attachment;
  return static_cast<std::size_t>(**count);
}

} // namespace

bool is_reserved_event(std::string_view name) noexcept {
  static constexpr std::array<std::string_view, 6> reserved{"connect",       "connect_error", "disconnect",
                                                            "disconnecting", "newListener",   "removeListener"};
  return std::find(reserved.begin(), reserved.end(), name) != reserved.end();
}

result<packet> parse_packet(std::string_view message, const packet_limits& limits) {
  if (message.empty() || message.front() < '0' || message.front() > '6')
    return errc::bad_socket_packet;
  packet x;
  x.type = static_cast<packet_type>(message.front());
  auto rest = message.substr(1);
  if (is_binary(x.type)) {
    const auto count = take_attachment_count(rest, limits);
    if (!count)
      return count.error();
    x.attachments_due = *count;
  }
  if (!rest.empty() && rest.front() == '/') {
    const auto end = std::min(rest.find(','), rest.size());
    x.nsp = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (const auto name = std::min(x.nsp.find('?'), x.nsp.size());
        name > nsp_max || x.nsp.size() - name > nsp_query_max)
      return errc::too_large;
    if (!is_utf8(x.nsp)) // Polling bodies come unchecked, and the name is repeated in answers.
      return errc::bad_socket_packet;
  }
  const auto id = take_number(rest);
  if (!id)
    return id.error();
  x.id = *id;
  x.payload = rest;
  if (!is_allowed_payload(x))
    return errc::bad_payload;
  if (x.attachments_due > 0 && !json::placeholders(x.payload, x.attachments_due - 1))
    return errc::bad_attachment;
  return x;
}

event_parts split_event(const packet& x) {
  const auto elements = json::split_head(x.payload);
  if (!elements)
    return {};
  return {json::as_string(elements->first).value_or(""), elements->rest};
}

} // namespace arauto::socketio
