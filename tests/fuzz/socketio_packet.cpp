// The packets of one connection, with attachments, and what a connection does with them. An input is what a polling
// body of Engine.IO 4 would be, without types and base64: packets with the byte 0x1e between them, attachments behind a
// `b`.
#include "net/json.hpp"
#include "net/socketio/encode.hpp"
#include "net/socketio/namespace_table.hpp"
#include "net/socketio/packet_reader.hpp"
#include "net/socketio/revision4.hpp"
#include "net/utf8.hpp"
#include "tests/fuzz/target.hpp"

#include <algorithm>

namespace arauto::fuzz {
namespace {

using namespace socketio;

constexpr packet_limits limits;

/// A packet that owns its parts.
struct owned_packet {
  packet_type type = packet_type::event;
  std::string nsp;
  std::optional<std::uint64_t> id;
  std::string payload;
  std::vector<std::string> attachments;
};

owned_packet owned(const assembled_packet& x) {
  return {x.packet.type, std::string{x.packet.nsp}, x.packet.id, std::string{x.packet.payload}, x.attachments};
}

bool is_event(const packet& x) {
  return x.type == packet_type::event || x.type == packet_type::binary_event;
}

bool is_binary(const packet& x) {
  return x.type == packet_type::binary_event || x.type == packet_type::binary_ack;
}

/// Written by its parts, a packet reads the same.
void check_text(const packet& x) {
  std::string text{static_cast<char>(x.type)};
  if (is_binary(x))
    text.append(std::to_string(x.attachments_due)).append("-");
  // The comma always stands behind a name; without one a name goes on to the end.
  text.append(x.nsp).append(",");
  if (x.id)
    text += std::to_string(*x.id);
  text += x.payload;
  const auto again = parse_packet(text, limits);
  require(again && again->type == x.type && again->nsp == x.nsp && again->id == x.id && again->payload == x.payload &&
              again->attachments_due == x.attachments_due,
          "a packet is its parts");
}

/// Sent on as our encoders do, a packet reads the same.
void check_encoded(const owned_packet& x, const packet& head) {
  std::vector<frame_ptr> frames;
  if (is_event(head) && !head.payload.empty()) {
    const auto parts = split_event(head);
    if (parts.name.empty() || is_reserved_event(parts.name))
      return; // A number, or an empty name, which is sent on as text.
    frames = encode_binary_event(x.nsp, parts.name, parts.arguments, x.attachments, x.id);
  } else if ((x.type == packet_type::ack || x.type == packet_type::binary_ack) && x.id && !x.payload.empty()) {
    const auto elements = json::split_array(x.payload);
    std::string arguments;
    for (const auto& one : *elements)
      arguments.append(arguments.empty() ? "" : ",").append(one.raw);
    frames = encode_binary_ack(x.nsp, *x.id, arguments, x.attachments);
  } else {
    return;
  }
  packet_reader reader{limits};
  for (const auto& one : frames) {
    const auto got = one->is_binary() ? reader.on_binary(one->packet()) : reader.on_text(one->packet().substr(1));
    require(got.has_value(), "what is sent on can be read");
    require((*got != nullptr) == (one == frames.back()), "what is sent on is one packet");
    if (*got == nullptr)
      continue;
    const auto& again = **got;
    require(again.packet.nsp == x.nsp && again.packet.id == x.id && again.attachments == x.attachments,
            "what is sent on is the same");
    const auto before = json::split_array(x.payload);
    const auto after = json::split_array(again.packet.payload);
    require(before && after && before->size() == after->size(), "what is sent on has the same arguments");
    for (std::size_t i = 1; i < before->size(); ++i)
      require((*before)[i].raw == (*after)[i].raw, "arguments pass verbatim");
  }
}

void check_attachments(const assembled_packet& x) {
  require(x.attachments.size() <= limits.attachments_max, "a packet has no more attachments than it may have");
  std::size_t bytes = 0;
  for (const auto& one : x.attachments)
    bytes += one.size();
  require(bytes <= limits.attachment_bytes_max, "attachments are no larger than they may be");
  if (!is_binary(x.packet))
    return require(x.attachments.empty(), "only binary packets have attachments");
  const auto places = json::placeholders(x.packet.payload, limits.attachments_max);
  require(places.operator bool(), "placeholders are sound");
  std::size_t next = 0;
  for (const auto& place : *places) {
    require(place.num <= next, "placeholders rise by one in the order of their first appearance");
    next = std::max(next, place.num + 1);
  }
  require(next == x.attachments.size(), "each attachment is named");
}

void check(const assembled_packet& x) {
  const auto& head = x.packet;
  require(head.nsp.starts_with('/') && is_utf8(head.nsp), "a namespace is text that begins with a slash");
  require(head.id.value_or(0) <= std::uint64_t{1} << 53, "JavaScript can count an id");
  const auto payload = json::check(head.payload);
  require(head.payload.empty() || payload, "a payload is JSON");
  require(payload || !is_binary(head), "a binary packet has a payload");
  if (payload) {
    const auto is_array = is_event(head) || head.type == packet_type::ack || head.type == packet_type::binary_ack;
    require(is_array == (payload->kind == json::kind::array), "the type demands the kind of payload");
    require(head.type != packet_type::disconnect, "a DISCONNECT has no payload");
  }
  require(!is_event(head) || !is_reserved_event(split_event(head).name), "no reserved name comes in");
  check_attachments(x);
  const auto split = revision4::split_namespace(head.nsp);
  const auto auth = revision4::auth_of_query(split.query);
  require(auth.empty() || json::split_object(auth), "a query becomes an object");
}

/// The rules of namespaces, told by what a client was let to do so far.
class namespaces {
public:
  /// False: the connection is closed.
  bool take(const packet& x, chance& by) {
    const auto what = table_.judge(x);
    const auto known = model_.find(std::string{x.nsp});
    const auto is_joined = known != model_.end() && known->second == state::joined;
    const auto is_left = known != model_.end() && known->second == state::left;
    if (x.type == packet_type::connect)
      require((what == verdict::process) == (known == model_.end() || is_left), "a namespace is joined once");
    else if (x.type == packet_type::connect_error)
      require(what == verdict::close, "a client refuses nobody");
    else if (x.type == packet_type::disconnect)
      require((what == verdict::process) == (known != model_.end() && !is_left), "who is in may leave");
    else
      require((what == verdict::process) == is_joined, "packets come from who is in");
    require(what != verdict::ignore || is_left, "only what was taken away is ignored");
    if (what == verdict::process)
      follow(x, by);
    require(table_.size() == model_.size(), "each namespace has one entry");
    return what != verdict::close;
  }

private:
  using state = namespace_table<int>::state;

  void follow(const packet& x, chance& by) {
    const std::string nsp{x.nsp};
    if (x.type == packet_type::connect) {
      auto& entry = table_.begin(nsp);
      entry.now = model_[nsp] = by.below(4) == 0 ? state::pending : state::joined;
    } else if (x.type == packet_type::disconnect) {
      table_.erase(nsp);
      model_.erase(nsp);
    } else if (by.below(4) == 0) { // The owner takes it away.
      table_.find(nsp)->now = model_[nsp] = state::left;
    }
  }

  namespace_table<int> table_;
  std::map<std::string, state> model_;
};

void run(std::string_view input) {
  packet_reader reader{limits};
  namespaces joined;
  chance by{input};
  auto is_open = true;
  while (!input.empty()) {
    const auto part = input.substr(0, input.find('\x1e'));
    input.remove_prefix(std::min(part.size() + 1, input.size()));
    const auto was_pending = reader.is_pending();
    const auto is_attachment = part.starts_with('b');
    const auto got = is_attachment ? reader.on_binary(part.substr(1)) : reader.on_text(part);
    require(is_attachment == was_pending || !got, "attachments come behind their packet, and nothing between");
    if (!got) {
      require(!reader.is_pending(), "an error drops what is pending");
      continue;
    }
    require((*got == nullptr) == reader.is_pending(), "a packet is complete or pending");
    if (*got == nullptr)
      continue;
    check(**got);
    check_text((*got)->packet);
    check_encoded(owned(**got), (*got)->packet);
    is_open = is_open && joined.take((*got)->packet, by);
    reader.settle();
  }
}

const registration it{"socketio_packet", run};

} // namespace
} // namespace arauto::fuzz
