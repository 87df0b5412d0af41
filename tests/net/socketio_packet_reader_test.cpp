#include "net/socketio/namespace_table.hpp"
#include "net/socketio/packet_reader.hpp"
#include "tests/support/recording.hpp"

#include <gtest/gtest.h>

#include <map>

namespace arauto::socketio {
namespace {

constexpr packet_limits limits{3, 10};
constexpr const char* two = R"(52-/n,7["a",{"_placeholder":true,"num":1},{"_placeholder":true,"num":0}])";

TEST(SocketioPacketReader, GivesATextPacketAtOnce) {
  packet_reader reader{limits};
  const auto x = reader.on_text(R"(2/n,7["a",1])");
  ASSERT_TRUE(x && *x);
  EXPECT_EQ((*x)->packet.nsp, "/n");
  EXPECT_EQ((*x)->packet.id, 7U);
  EXPECT_EQ((*x)->packet.payload, R"(["a",1])");
  EXPECT_TRUE((*x)->attachments.empty());
  EXPECT_FALSE(reader.is_pending());
}

TEST(SocketioPacketReader, WaitsForTheAttachmentsOfAPacket) {
  packet_reader reader{limits};
  // The message is gone when the attachments come.
  EXPECT_EQ(reader.on_text(std::string{two}).value(), nullptr);
  EXPECT_TRUE(reader.is_pending());
  EXPECT_EQ(reader.on_binary(std::string{"\0\x01", 2}).value(), nullptr);
  reader.settle();
  EXPECT_TRUE(reader.is_pending()) << "only what is complete is given up";
  const auto x = reader.on_binary("").value();
  ASSERT_NE(x, nullptr);
  EXPECT_EQ(x->packet.nsp, "/n");
  EXPECT_EQ(x->packet.id, 7U);
  EXPECT_EQ(x->packet.payload, R"(["a",{"_placeholder":true,"num":1},{"_placeholder":true,"num":0}])");
  EXPECT_EQ(x->attachments, (std::vector<std::string>{{"\0\x01", 2}, ""}));
  EXPECT_FALSE(reader.is_pending());
  reader.settle();
  EXPECT_TRUE(reader.on_text("2[\"b\"]").value()) << "the next packet";
}

TEST(SocketioPacketReader, AssemblesPacketAfterPacket) {
  packet_reader reader{limits};
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(reader.on_text(R"(61-1[{"_placeholder":true,"num":0}])").value(), nullptr);
    EXPECT_EQ(reader.on_binary("0123456789").value()->attachments.front(), "0123456789");
  }
}

TEST(SocketioPacketReader, TextWhileAttachmentsAreDueIsAnError) {
  packet_reader reader{limits};
  EXPECT_TRUE(reader.on_text(two));
  EXPECT_EQ(reader.on_text("2[\"b\"]").error(), errc::bad_attachment);
  EXPECT_FALSE(reader.is_pending());
}

TEST(SocketioPacketReader, AnAttachmentWithoutAPacketIsAnError) {
  packet_reader reader{limits};
  EXPECT_EQ(reader.on_binary("x").error(), errc::bad_attachment);
  EXPECT_TRUE(reader.on_text("2[\"b\"]"));
  EXPECT_EQ(reader.on_binary("x").error(), errc::bad_attachment);
}

TEST(SocketioPacketReader, LimitsTheBytesOfAllAttachmentsTogether) {
  packet_reader reader{limits};
  EXPECT_TRUE(reader.on_text(two));
  EXPECT_TRUE(reader.on_binary("123456"));
  EXPECT_EQ(reader.on_binary("78901").error(), errc::too_large);
  EXPECT_FALSE(reader.is_pending());
  EXPECT_EQ(reader.on_binary("1").error(), errc::bad_attachment);
}

TEST(SocketioPacketReader, PassesErrorsOfThePacketOnAndKeepsNothing) {
  packet_reader reader{limits};
  EXPECT_EQ(reader.on_text("abc").error(), errc::bad_socket_packet);
  EXPECT_EQ(reader.on_text(R"(50-["x",{"_placeholder":true,"num":0}])").error(), errc::bad_attachment);
  EXPECT_EQ(reader.on_text(R"(54-["x"])").error(), errc::bad_attachment);
  EXPECT_EQ(reader.on_text("52-[]").error(), errc::bad_payload);
  EXPECT_FALSE(reader.is_pending());
}

TEST(SocketioPacketReader, IsSmallWhenNothingIsPending) {
  EXPECT_LE(sizeof(packet_reader), 24U);
}

/// Whether the reader and the namespace rules let a client's message through.
bool is_let_through(packet_reader& reader, namespace_table<int>& namespaces, const test::recorded_line& x) {
  const auto got = x.opcode == 2 ? reader.on_binary(x.content) : reader.on_text(std::string_view{x.content}.substr(1));
  if (!got)
    return false;
  if (*got == nullptr)
    return true;
  const auto& packet = (*got)->packet;
  if (namespaces.judge(packet) == verdict::close)
    return false;
  if (packet.type == packet_type::connect)
    namespaces.begin(packet.nsp).now = namespace_table<int>::state::joined;
  return true;
}

TEST(SocketioPacketReader, ClosesWhereTheReferenceServerClosed) {
  const std::map<std::string, bool> ours{
      {"ack-id-huge", true},              // Beyond 2^53: refused here.
      {"placeholder-out-of-range", true}, // At the head, before the attachment came; closed all the same.
      {"placeholder-bad-num", true},
  };
  int cases = 0;
  for (const auto& lines : test::read_cases("sio5-invalid.jsonl")) {
    packet_reader reader{packet_limits{}};
    static constexpr packet_limits defaults;
    reader = packet_reader{defaults};
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
    const auto at = ours.find(lines.front().name);
    EXPECT_EQ(is_closed, at == ours.end() ? *closed_by_server : at->second) << lines.front().name;
    ++cases;
  }
  EXPECT_EQ(cases, 38);
}

} // namespace
} // namespace arauto::socketio
