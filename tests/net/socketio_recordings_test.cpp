#include "net/socketio/namespace_table.hpp"
#include "net/socketio/packet_reader.hpp"
#include "tests/support/recording.hpp"

#include <gtest/gtest.h>

#include <optional>

namespace arauto::socketio {
namespace {

constexpr packet_limits limits;

/// Whether packet reader and namespace rules let a client's message through.
bool is_let_through(packet_reader& reader, namespace_table<int>& namespaces, const test::recorded_line& x) {
  const auto got = x.opcode == 2 ? reader.on_binary(x.content) : reader.on_text(std::string_view{x.content}.substr(1));
  if (!got || *got == nullptr)
    return got.has_value();
  const auto& packet = (*got)->packet;
  if (namespaces.judge(packet) == verdict::close)
    return false;
  if (packet.type == packet_type::connect)
    namespaces.begin(packet.nsp).now = namespace_table<int>::state::joined;
  return true;
}

TEST(SocketioRecordings, InvalidPacketsCloseWhereTheReferenceServerClosed) {
  int compared = 0;
  for (const auto& lines : test::read_cases("sio5-invalid.jsonl")) {
    packet_reader reader{limits};
    namespace_table<int> namespaces;
    std::optional<bool> closed_by_server;
    auto is_closed = false;
    for (const auto& x : lines) {
      if (x.kind != "ws-frame")
        continue;
      if (x.opcode == 8 && !closed_by_server)
        closed_by_server = !x.by_client;
      if (x.by_client && x.opcode != 8 && !is_closed)
        is_closed = !is_let_through(reader, namespaces, x);
    }
    if (!closed_by_server)
      continue; // The case over polling.
    // An id beyond 2^53 is refused here; JavaScript rounds it.
    EXPECT_EQ(is_closed, *closed_by_server || lines.front().name == "ack-id-huge") << lines.front().name;
    ++compared;
  }
  EXPECT_EQ(compared, 38);
}

TEST(SocketioRecordings, ValidPacketsOfBothSidesCanBeRead) {
  int read = 0;
  for (const auto& x : test::read_recording("sio5-events.jsonl"))
    if (x.kind == "ws-frame" && x.opcode == 1 && x.content.starts_with('4')) {
      // One recorded packet announces no attachments, which the reference server refuses too.
      const auto is_valid = !x.content.starts_with("450-");
      const auto got = parse_packet(std::string_view{x.content}.substr(1), limits);
      EXPECT_EQ(got.has_value(), is_valid) << x.name << ": " << x.content;
      ++read;
    }
  EXPECT_GT(read, 100);
}

} // namespace
} // namespace arauto::socketio
