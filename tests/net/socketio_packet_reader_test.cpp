#include "net/socketio/packet_reader.hpp"

#include <gtest/gtest.h>

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
  EXPECT_EQ(x->packet.payload, R"(["a",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}])");
  EXPECT_EQ(x->attachments, (std::vector<std::string>{"", {"\0\x01", 2}}));
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

// The reference server makes values of the attachments, and sends what it made of them.
TEST(SocketioPacketReader, PutsAttachmentsInTheOrderOfTheirPlaceholders) {
  struct row {
    const char* text;
    const char* payload;
    std::vector<std::string> attachments;
  };
  // Announced are three, which come as "a", "b", "c".
  const row rows[] = {
      {R"(["x",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1},{"_placeholder":true,"num":2}])",
       R"(["x",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1},{"_placeholder":true,"num":2}])",
       {"a", "b", "c"}},
      {R"(["x",{"num": 2 ,"_placeholder":true},[{"y":{"_placeholder":true,"num":0}}],{"num":1,"_placeholder":true}])",
       R"(["x",{"num": 0 ,"_placeholder":true},[{"y":{"_placeholder":true,"num":1}}],{"num":2,"_placeholder":true}])",
       {"c", "a", "b"}},
      {R"(["x",{"_placeholder":true,"num":1},{"num":7},{"_placeholder":true,"num":1},{"_placeholder":false,"num":1}])",
       R"(["x",{"_placeholder":true,"num":0},{"num":7},{"_placeholder":true,"num":0},{"_placeholder":false,"num":1}])",
       {"b"}},
      {R"(["x",{"_placeholder":true,"num":2,"num":1},1e400,"\ud800",{"_placeholder":true,"num":2}])",
       R"(["x",{"_placeholder":true,"num":2,"num":0},1e400,"\ud800",{"_placeholder":true,"num":1}])",
       {"b", "c"}},
      {R"(["x",0])", R"(["x",0])", {}},
  };
  for (const auto& x : rows) {
    packet_reader reader{limits};
    ASSERT_EQ(reader.on_text("53-/n,4" + std::string{x.text}).value(), nullptr) << x.text;
    EXPECT_EQ(reader.on_binary("a").value(), nullptr);
    EXPECT_EQ(reader.on_binary("b").value(), nullptr);
    const auto made = reader.on_binary("c");
    ASSERT_TRUE(made && *made) << x.text;
    EXPECT_EQ((*made)->packet.payload, x.payload);
    EXPECT_EQ((*made)->attachments, x.attachments) << x.text;
    EXPECT_EQ((*made)->packet.nsp, "/n");
  }
}

TEST(SocketioPacketReader, RenumbersWithMoreAndFewerDigits) {
  static constexpr packet_limits twelve{12, 100};
  packet_reader reader{twelve};
  std::string text = R"(512-["x")";
  std::string expected = R"(["x")";
  for (std::size_t i = 0; i < 12; ++i) {
    text += R"(,{"_placeholder":true,"num":)" + std::to_string(11 - i) + "}";
    expected += R"(,{"_placeholder":true,"num":)" + std::to_string(i) + "}";
  }
  ASSERT_TRUE(reader.on_text(text + "]"));
  const assembled_packet* made = nullptr;
  for (char x = 'a'; x <= 'l'; ++x)
    made = reader.on_binary(std::string(1, x)).value();
  ASSERT_NE(made, nullptr);
  EXPECT_EQ(made->packet.payload, expected + "]");
  EXPECT_EQ(made->attachments.front(), "l");
  EXPECT_EQ(made->attachments.back(), "a");
}

} // namespace
} // namespace arauto::socketio
