#include "net/engineio/packet.hpp"

#include <gtest/gtest.h>

#include <utility>

namespace arauto::engineio {
namespace {

using namespace std::string_literals;

TEST(EnginePacket, KnowsTheSevenTypes) {
  const std::pair<std::string_view, packet> table[] = {
      {"0{}", {packet_type::open, false, "{}"}},
      {"1", {packet_type::close, false, ""}},
      {"2", {packet_type::ping, false, ""}},
      {"2probe", {packet_type::ping, false, "probe"}},
      {"3", {packet_type::pong, false, ""}},
      {"3probe", {packet_type::pong, false, "probe"}},
      {"4", {packet_type::message, false, ""}},
      {"4hello", {packet_type::message, false, "hello"}},
      {"4€", {packet_type::message, false, "€"}},
      {"44", {packet_type::message, false, "4"}},
      {"4bAQID", {packet_type::message, false, "bAQID"}},
      {"5", {packet_type::upgrade, false, ""}},
      {"6", {packet_type::noop, false, ""}},
  };
  for (const auto& [text, expected] : table) {
    std::string scratch;
    const auto found = decode_text(text, scratch);
    ASSERT_TRUE(found) << text;
    EXPECT_TRUE(*found == expected) << text;
  }
}

TEST(EnginePacket, RefusesAnEmptyTextAndUnknownTypes) {
  for (const auto& text : {""s, "7"s, "8x"s, "9"s, "/"s, ":"s, "abc"s, " 4"s, "-1"s, "\0"s, "B"s, "\xFF"s, "\x1E"s}) {
    std::string scratch;
    const auto found = decode_text(text, scratch);
    ASSERT_FALSE(found) << testing::PrintToString(text);
    EXPECT_EQ(found.error(), errc::bad_engine_packet) << testing::PrintToString(text);
  }
}

TEST(EnginePacket, DecodesBase64Messages) {
  std::string scratch;
  const auto found = decode_text("bAQIDBA==", scratch);
  ASSERT_TRUE(found);
  EXPECT_TRUE(*found == (packet{packet_type::message, true, "\x01\x02\x03\x04"}));
  EXPECT_EQ(found->data.data(), scratch.data());
}

TEST(EnginePacket, DecodesAnEmptyBase64Message) {
  std::string scratch;
  EXPECT_TRUE(*decode_text("b", scratch) == (packet{packet_type::message, true, ""}));
}

TEST(EnginePacket, TakesBase64ThatBeginsWithADigit) {
  std::string scratch;
  EXPECT_TRUE(*decode_text("b4444", scratch) == (packet{packet_type::message, true, "\xE3\x8E\x38"}));
}

TEST(EnginePacket, RefusesBrokenBase64) {
  for (const auto* text : {"bA", "bAQ=", "bAQI*", "b4AQID", "b====", "b AQI"}) {
    std::string scratch;
    const auto found = decode_text(text, scratch);
    ASSERT_FALSE(found) << text;
    EXPECT_EQ(found.error(), errc::bad_base64) << text;
  }
}

TEST(EnginePacket, TakesABinaryMessageAsItIs) {
  EXPECT_TRUE(decode_binary("4\0b"s) == (packet{packet_type::message, true, "4\0b"s}));
  EXPECT_TRUE(decode_binary("") == (packet{packet_type::message, true, ""}));
}

TEST(EnginePacket, NamesEveryReasonForRefusal) {
  const std::pair<errc, std::string> table[] = {
      {errc::bad_engine_packet, "not an Engine.IO packet"},
      {errc::bad_base64, "not base64"},
      {errc::bad_socket_packet, "not a Socket.IO packet"},
      {errc::bad_payload, "the payload is not what this packet type carries"},
      {errc::bad_attachment, "an attachment is out of place, out of range or too large"},
      {errc::bad_json, "not JSON"},
      {errc::too_large, "larger than the limit"},
      {static_cast<errc>(99), "unknown error"},
  };
  for (const auto& [code, message] : table)
    EXPECT_EQ(make_error_code(code).message(), message);
  EXPECT_STREQ(error_category().name(), "arauto");
}

TEST(EnginePacketV3, HasItsTypeBeforeBinaryDataToo) {
  std::string scratch;
  EXPECT_TRUE(*decode_text_v3("4a", scratch) == (packet{packet_type::message, false, "a"}));
  EXPECT_TRUE(*decode_text_v3("2probe", scratch) == (packet{packet_type::ping, false, "probe"}));
  EXPECT_TRUE(*decode_text_v3("b4AQID", scratch) == (packet{packet_type::message, true, "\x01\x02\x03"}));
  EXPECT_TRUE(*decode_binary_v3("\x04\x01"s) == (packet{packet_type::message, true, "\x01"}));
  EXPECT_TRUE(*decode_binary_v3("\x04"s) == (packet{packet_type::message, true, ""}));
  EXPECT_TRUE(*decode_binary_v3("\x00"s) == (packet{packet_type::open, false, ""}));
  for (const auto* text : {"", "7", "b", "bAQID", "b9", "b4A", "x"})
    EXPECT_FALSE(decode_text_v3(text, scratch)) << text;
  for (const auto& bytes : {""s, "\x07"s, "4a"s, "\xFF"s})
    EXPECT_FALSE(decode_binary_v3(bytes)) << testing::PrintToString(bytes);
}

} // namespace
} // namespace arauto::engineio
