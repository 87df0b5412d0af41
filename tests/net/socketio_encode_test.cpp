#include "net/socketio/encode.hpp"
#include "net/socketio/packet.hpp"

#include <gtest/gtest.h>

namespace arauto::socketio {
namespace {

TEST(SocketioEncode, WritesTheExamplesOfTheProtocol) {
  const std::pair<frame_ptr, std::string> table[] = {
      {encode_connect("/", "S1"), R"(40{"sid":"S1"})"},
      {encode_connect("/", "S1", "P_-1"), R"(40{"sid":"S1","pid":"P_-1"})"},
      {encode_connect("/admin", "S1"), R"(40/admin,{"sid":"S1"})"},
      {encode_connect_error("/x", "Invalid namespace"), R"(44/x,{"message":"Invalid namespace"})"},
      {encode_connect_error("/", "no \"key\"", R"({"code":1})"), R"(44{"message":"no \"key\"","data":{"code":1}})"},
      {encode_disconnect("/"), "41"},
      {encode_disconnect("/custom"), "41/custom,"},
      {encode_event("/", "name", ""), R"(42["name"])"},
      {encode_event("/", "name", R"(1,"a")"), R"(42["name",1,"a"])"},
      {encode_event("/custom", "a\nb", "{}", 17), R"(42/custom,17["a\nb",{}])"},
      {encode_event("/", "zero", "", 0), R"(420["zero"])"},
      {encode_ack("/", 17, ""), "4317[]"},
      {encode_ack("/custom", 9007199254740992, "1,2"), "43/custom,9007199254740992[1,2]"},
  };
  for (const auto& [made, expected] : table) {
    EXPECT_EQ(made->packet(), expected);
    EXPECT_FALSE(made->is_binary());
  }
}

TEST(SocketioEncode, WritesTheHeadOfAnEventInPlace) {
  std::string out{"?"};
  append_event_head(out, "/", "a\nb");
  EXPECT_EQ(out, R"(?42["a\nb")");
  append_event_head(out, "/custom", "c");
  EXPECT_EQ(out, R"(?42["a\nb"42/custom,["c")");
}

TEST(SocketioEncode, SendsAttachmentsRightBehindTheirEvent) {
  const std::string attachments[] = {{"\0\x01", 2}, ""};
  const auto frames = encode_binary_event(
      "/custom", "a", R"({"_placeholder":true,"num":0},{"_placeholder":true,"num":1})", attachments, 3);
  ASSERT_EQ(frames.size(), 3U);
  EXPECT_EQ(frames[0]->packet(), R"(452-/custom,3["a",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}])");
  EXPECT_TRUE(frames[1]->is_binary());
  EXPECT_EQ(frames[1]->packet(), attachments[0]);
  EXPECT_EQ(frames[2]->packet(), "");
  EXPECT_EQ(encode_binary_event("/", "a", "", attachments)[0]->packet(), R"(452-["a"])");
}

TEST(SocketioEncode, ABinaryEventWithoutAttachmentsIsAnEvent) {
  const auto frames = encode_binary_event("/", "a", "1", {}, 5);
  ASSERT_EQ(frames.size(), 1U);
  EXPECT_EQ(frames[0]->packet(), R"(425["a",1])");
}

TEST(SocketioEncode, WhatItWritesCanBeRead) {
  const auto made = encode_event("/n", "\xFF\"\\", R"({"a":[1]})", 12);
  const auto read = parse_packet(made->packet().substr(1), {});
  ASSERT_TRUE(read);
  EXPECT_EQ(read->nsp, "/n");
  EXPECT_EQ(read->id, 12U);
  EXPECT_EQ(split_event(*read).name, "\xEF\xBF\xBD\"\\");
  EXPECT_EQ(split_event(*read).arguments, R"({"a":[1]})");
}

} // namespace
} // namespace arauto::socketio
