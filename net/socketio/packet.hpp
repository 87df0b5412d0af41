#pragma once

#include "net/error.hpp"
#include "net/frame.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Socket.IO protocol 5: packets, binary assembly, namespace rules, encoders. No socket and no clock.
namespace arauto::socketio {

/// The digit on the wire (Socket.IO protocol, "Packet format").
enum class packet_type : char {
  connect = '0',
  disconnect = '1',
  event = '2',
  ack = '3',
  connect_error = '4',
  binary_event = '5',
  binary_ack = '6',
};

/// One packet. Views point into the message it was read from or into the reader that made it.
struct packet {
  packet_type type = packet_type::event;
  /// Always begins with "/".
  std::string_view nsp = "/";
  std::optional<std::uint64_t> id;
  /// The JSON text after the head, checked; empty when there is none.
  std::string_view payload;
  /// Number of binary attachments that the head announces.
  std::size_t attachments_due = 0;
};

struct packet_limits {
  std::size_t attachments_max = 10;
  /// Bytes of all attachments of one packet together.
  std::size_t attachment_bytes_max = 1000000;
};

/// Reads the text of one packet and checks its grammar and payload rules (protocol text, section 1): ids up to 2^53,
/// attachments 1 to `attachments_max` and each placeholder among them, a namespace of at most 512 bytes of UTF-8 and
/// 4,096 more behind a question mark, payload of the JSON kind that the type demands, no reserved event name. An event
/// or ack without payload is let through with an empty one and calls nobody.
result<packet> parse_packet(std::string_view message, const packet_limits& limits);

/// Whether an event of that name is reserved: refused from clients and by emit (protocol text, section 4).
bool is_reserved_event(std::string_view name) noexcept;

/// The decoded name of an EVENT or BINARY_EVENT and its arguments as they stand (`1,"a"`: no brackets, no name).
struct event_parts {
  /// Empty when the name is a number.
  std::string name;
  std::string_view arguments;
};
event_parts split_event(const packet& x);

} // namespace arauto::socketio
