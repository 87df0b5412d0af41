#include "net/socketio/packet.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>

using namespace std::string_literals;

namespace arauto::socketio {
namespace {

constexpr packet_limits limits;

struct row {
  std::string message;
  packet_type type;
  std::string nsp = "/";
  std::optional<std::uint64_t> id;
  std::string payload;
  std::size_t attachments = 0;
};

TEST(SocketioPacket, ReadsThePartsOfEachPacket) {
  const row table[] = {
      {"0", packet_type::connect, "/", {}, ""},
      {R"(0{"token":"x"})", packet_type::connect, "/", {}, R"({"token":"x"})"},
      {"0/,", packet_type::connect, "/", {}, ""},
      {"0/", packet_type::connect, "/", {}, ""},
      {"0/admin", packet_type::connect, "/admin", {}, ""},
      {"0/admin,", packet_type::connect, "/admin", {}, ""},
      {R"(0/admin,{"token":"x,y"})", packet_type::connect, "/admin", {}, R"({"token":"x,y"})"},
      {"0/admin?token=1&a=b,{}", packet_type::connect, "/admin?token=1&a=b", {}, "{}"},
      {"0/caf\xC3\xA9,", packet_type::connect, "/caf\xC3\xA9", {}, ""},
      {"1", packet_type::disconnect, "/", {}, ""},
      {"1/admin,", packet_type::disconnect, "/admin", {}, ""},
      {R"(2["a"])", packet_type::event, "/", {}, R"(["a"])"},
      {R"(2["a",{"b":[]}] )", packet_type::event, "/", {}, R"(["a",{"b":[]}] )"},
      {"2[1,2]", packet_type::event, "/", {}, "[1,2]"},
      {R"(217["a"])", packet_type::event, "/", 17, R"(["a"])"},
      {R"(20["a"])", packet_type::event, "/", 0, R"(["a"])"},
      {R"(2007["a"])", packet_type::event, "/", 7, R"(["a"])"},
      {R"(2/custom,17["a"])", packet_type::event, "/custom", 17, R"(["a"])"},
      {R"(29007199254740992["a"])", packet_type::event, "/", 9007199254740992U, R"(["a"])"},
      {R"(2["error"])", packet_type::event, "/", {}, R"(["error"])"},
      {R"(2["connection"])", packet_type::event, "/", {}, R"(["connection"])"},
      {R"(2["\u0000"])", packet_type::event, "/", {}, R"(["\u0000"])"},
      {R"(2["a",{"_placeholder":true,"num":7}])",
       packet_type::event,
       "/",
       {},
       R"(["a",{"_placeholder":true,"num":7}])"},
      {"2", packet_type::event, "/", {}, ""},
      {"25", packet_type::event, "/", 5, ""},
      {R"(2/custom["message"])", packet_type::event, R"(/custom["message"])", {}, ""},
      {"3", packet_type::ack, "/", {}, ""},
      {"31", packet_type::ack, "/", 1, ""},
      {"317[]", packet_type::ack, "/", 17, "[]"},
      {R"(3/custom,17["a"])", packet_type::ack, "/custom", 17, R"(["a"])"},
      {R"(3["x"])", packet_type::ack, "/", {}, R"(["x"])"},
      {R"(4{"message":"no"})", packet_type::connect_error, "/", {}, R"({"message":"no"})"},
      {R"(4/x,"no")", packet_type::connect_error, "/x", {}, R"("no")"},
      {R"(51-["a",{"_placeholder":true,"num":0}])",
       packet_type::binary_event,
       "/",
       {},
       R"(["a",{"_placeholder":true,"num":0}])",
       1},
      {R"(510-/custom,3["a"])", packet_type::binary_event, "/custom", 3, R"(["a"])", 10},
      {R"(62-17[{"_placeholder":true,"num":1}])", packet_type::binary_ack, "/", 17,
       R"([{"_placeholder":true,"num":1}])", 2},
  };
  for (const auto& expected : table) {
    // In memory of exactly that size, so that a sanitizer sees a read past the end.
    const auto copy = std::make_unique<char[]>(expected.message.size());
    expected.message.copy(copy.get(), expected.message.size());
    const auto x = parse_packet({copy.get(), expected.message.size()}, limits);
    ASSERT_TRUE(x) << expected.message << ": " << x.error().message();
    EXPECT_EQ(x->type, expected.type) << expected.message;
    EXPECT_EQ(x->nsp, expected.nsp) << expected.message;
    EXPECT_EQ(x->id, expected.id) << expected.message;
    EXPECT_EQ(x->payload, expected.payload) << expected.message;
    EXPECT_EQ(x->attachments_due, expected.attachments) << expected.message;
  }
}

TEST(SocketioPacket, RefusesWhatBreaksTheGrammar) {
  for (const auto& message :
       {""s, "abc"s, "7[]"s, "/"s, " 2[]"s, "\0"s,
        // Ids that JavaScript cannot count.
        R"(29007199254740993["a"])"s, R"(2123456789012345678901234567890["a"])"s, "2" + std::string(100000, '9'),
        // Attachment counts.
        R"(5["a"])"s, R"(51["a"])"s, R"(5-["a"])"s, R"(5-1-["a"])"s, R"(51.5-["a"])"s, "5"s, "51"s, "6"s,
        R"(5 1-["a"])"s, R"(599999999999999999999999-["a"])"s,
        // Polling bodies are not known to be UTF-8.
        "0/\xFF,"s, "0/\xED\xA0\x80"s})
    EXPECT_EQ(parse_packet(message, limits).error(), errc::bad_socket_packet) << message.substr(0, 40);
}

TEST(SocketioPacket, RefusesPayloadsThatTheTypeDoesNotCarry) {
  for (const auto& message :
       {// CONNECT: an object.
        R"(0"x")"s, "0[]"s, "0null"s, "01"s + "true", "0{"s, "0{}x"s,
        // DISCONNECT: nothing.
        R"(1{"a":1})"s, "1[]"s, "1 "s,
        // EVENT: an array that begins with a name or number.
        "2{}"s, "2[]"s, "2[true]"s, R"(2[null,"bar"])"s, R"(2[{"toString":"foo"}])"s, "2[[]]"s, R"(2"a")"s, R"(2["a")"s,
        R"(2["a"]["b"])"s, R"(2abc["message"])"s, R"(21.5["a"])"s, R"(2-1["a"])"s, "2 "s, "2,[]"s, "2[\"a\0\"]"s,
        "2[\"a\"]\0"s, "2[\"\xFF\"]"s, "2" + std::string(200000, '['),
        // Reserved names, however they are spelt.
        R"(2["connect"])"s, R"(2["connect_error"])"s, R"(2["disconnect","123"])"s, R"(2["disconnecting"])"s,
        R"(2["newListener"])"s, R"(2["removeListener"])"s, R"(2["con\u006eect"])"s, R"(51-["connect"])"s,
        // ACK: an array.
        "31{}"s, R"(31"x")"s, "31null"s, "61-1{}"s,
        // CONNECT_ERROR: an object or a string.
        "4[]"s, "4 1"s,
        // Attachments without anything to put them in.
        "51-"s, "61-3"s})
    EXPECT_EQ(parse_packet(message, limits).error(), errc::bad_payload) << message.substr(0, 40);
}

// JSON.stringify escapes them, and Node's server passes them on.
TEST(SocketioPacket, TakesHalvesOfSurrogatePairs) {
  for (const auto* message : {R"(0{"a":"\udc00"})", R"(2["a\ud83d","\ude00"])", R"(31["\ud800"])",
                              R"(4{"message":"\ud800"})", R"(51-["a","\udc00",{"_placeholder":true,"num":0}])"})
    EXPECT_TRUE(parse_packet(message, limits)) << message;
  EXPECT_EQ(split_event(*parse_packet(R"(2["a\ud83d","\ude00"])", limits)).name, "a\uFFFD");
}

TEST(SocketioPacket, RefusesAttachmentsThatAreNoneTooManyOrUnknown) {
  for (const auto* message :
       {R"(50-["x",{"_placeholder":true,"num":0}])", R"(511-["message"])", R"(59007199254740992-["x"])", R"(60-[])",
        R"(51-["hello",{"_placeholder":true,"num":"splice"}])", R"(51-["hello",{"_placeholder":true,"num":-1}])",
        R"(51-["hello",{"_placeholder":true,"num":1000000000}])", R"(51-["hello",{"_placeholder":true,"num":0.5}])",
        R"(51-["hello",{"_placeholder":true}])", R"(51-["hello",{"_placeholder":true,"num":1}])",
        R"(61-1[{"a":{"_placeholder":true,"num":1}}])"})
    EXPECT_EQ(parse_packet(message, limits).error(), errc::bad_attachment) << message;
  EXPECT_EQ(parse_packet(R"(53-["a"])", {2, 100}).error(), errc::bad_attachment);
}

TEST(SocketioPacket, LimitsTheLengthOfANamespace) {
  EXPECT_EQ(parse_packet("0/" + std::string(511, 'a') + ",{}", limits)->nsp.size(), 512U);
  EXPECT_EQ(parse_packet("0/" + std::string(512, 'a') + ",{}", limits).error(), errc::too_large);
  EXPECT_EQ(parse_packet("2/" + std::string(65536, 'a'), limits).error(), errc::too_large);
  // Behind a question mark older clients send what newer ones send as payload.
  const auto nsp = "0/" + std::string(511, 'a') + "?";
  EXPECT_EQ(parse_packet(nsp + std::string(4095, 'b') + ",", limits)->nsp.size(), 512U + 4096U);
  EXPECT_EQ(parse_packet(nsp + std::string(4096, 'b') + ",", limits).error(), errc::too_large);
}

TEST(SocketioPacket, SplitsEventsIntoNameAndArguments) {
  const std::pair<std::string, std::pair<std::string, std::string>> table[] = {
      {R"(2["a"])", {"a", ""}},
      {R"(2[ "a" , 1 , {"b":[1, 2]},"c" ])", {"a", R"(1 , {"b":[1, 2]},"c")"}},
      {R"(2["\u00e9\"",null])", {"\xC3\xA9\"", "null"}},
      {R"(2["",0])", {"", "0"}},
      {"2[5,6]", {"", "6"}},
      {"2", {"", ""}},
  };
  for (const auto& [message, expected] : table) {
    const auto x = split_event(*parse_packet(message, limits));
    EXPECT_EQ(x.name, expected.first) << message;
    EXPECT_EQ(x.arguments, expected.second) << message;
  }
}

TEST(SocketioPacket, KnowsTheReservedEvents) {
  for (const auto* x : {"connect", "connect_error", "disconnect", "disconnecting", "newListener", "removeListener"})
    EXPECT_TRUE(is_reserved_event(x)) << x;
  for (const auto* x : {"", "error", "connection", "message", "Connect", "connecting"})
    EXPECT_FALSE(is_reserved_event(x)) << x;
}

} // namespace
} // namespace arauto::socketio
