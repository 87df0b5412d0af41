#include "net/engineio/payload_v3.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace arauto::engineio {
namespace {

using namespace std::string_literals;
using texts = std::vector<std::string>;

const std::string not_a_packet = "error: not an Engine.IO packet";

std::string written(const result<packet>& x) {
  if (!x)
    return "error: " + x.error().message();
  return (x->is_binary ? "bin:" : std::string{static_cast<char>(x->type)}) + std::string{x->data};
}

template <class Reader>
texts packets(std::string_view body) {
  texts out;
  Reader reader{body};
  while (const auto found = reader.next())
    out.push_back(written(*found));
  EXPECT_FALSE(reader.next()) << "the end is the end";
  return out;
}

texts in_text(std::string_view body) {
  return packets<text_payload_reader_v3>(body);
}
texts in_binary(std::string_view body) {
  return packets<binary_payload_reader_v3>(body);
}

TEST(EnginePayloadV3, CountsUtf16Units) {
  EXPECT_EQ(utf16_length(""), 0U);
  EXPECT_EQ(utf16_length("4hello"), 6U);
  EXPECT_EQ(utf16_length("4\u20ac"), 2U);
  EXPECT_EQ(utf16_length("4\U0001F600"), 3U);
}

TEST(EnginePayloadV3, WalksPacketsInTextForm) {
  EXPECT_EQ(in_text("6:4hello"), texts{"4hello"});
  EXPECT_EQ(in_text("6:4hello2:4\u20ac"), (texts{"4hello", "4\u20ac"}));
  EXPECT_EQ(in_text("3:4\U0001F600"), texts{"4\U0001F600"});
  EXPECT_EQ(in_text("1:21:31:4"), (texts{"2", "3", "4"}));
  EXPECT_EQ(in_text("10:b4AQIDBA==2:4x"), (texts{"bin:\x01\x02\x03\x04", "4x"}));
  EXPECT_EQ(in_text("3:4:5"), texts{"4:5"}) << "a colon inside of a packet";
  EXPECT_EQ(in_text("0:1:2"), texts{"2"}) << "the reference server skips empty packets";
  EXPECT_EQ(in_text("002:4x"), texts{"4x"});
}

TEST(EnginePayloadV3, StopsAtTheFirstErrorInTextForm) {
  for (const auto& body : {""s,
                           "4hello"s,
                           ":4"s,
                           "99:4hello"s,
                           "7:4hello"s,
                           "-1:4"s,
                           "+1:4"s,
                           "1e0:4"s,
                           "0x1:4"s,
                           " 1:4"s,
                           "1 :4"s,
                           "1"s,
                           "99999999999999999999999999:4"s,
                           "18446744073709551617:4"s,
                           "9999999999:4"s,
                           "a:4"s,
                           "1:9"s,
                           "1:b"s,
                           "2:b9"s,
                           "4:b4A="s,
                           "2:4\U0001F600"s,
                           "2:4\xE2\x82"s,
                           "2:4\xFF"s,
                           "\0:4"s,
                           "\x01:4"s})
    EXPECT_EQ(in_text(body).size(), 1U) << body;
  for (const auto& body : {""s, "99:4hello"s, "1:9"s, "2:4\xFF"s})
    EXPECT_EQ(in_text(body), texts{not_a_packet}) << body;
  EXPECT_EQ(in_text("2:4a5:4b"), (texts{"4a", not_a_packet}));
  EXPECT_EQ(in_text("2:4a1:92:4b"), (texts{"4a", not_a_packet})) << "nothing after the first error";
  EXPECT_EQ(in_text("2:4aabc"), (texts{"4a", not_a_packet})) << "what is left over is no length";
}

TEST(EnginePayloadV3, WalksPacketsInBinaryForm) {
  EXPECT_EQ(in_binary(""), texts{});
  EXPECT_EQ(in_binary("\x01\x05\xFF\x04\x01\x02\x03\x04"s + "\x00\x06\xFF"s + "4hello"),
            (texts{"bin:\x01\x02\x03\x04", "4hello"}));
  EXPECT_EQ(in_binary("\x00\x08\xFF"s + "4\u20ac\U0001F600" + "\x01\x02\xFF\x04\x09"s),
            (texts{"4\u20ac\U0001F600", "bin:\t"}));
  EXPECT_EQ(in_binary("\x01\x01\x02\xFF\x04"s + std::string(11, '\0')), texts{"bin:" + std::string(11, '\0')});
  EXPECT_EQ(in_binary("\x01\x01\xFF\x04"s), texts{"bin:"}) << "an empty message";
  EXPECT_EQ(in_binary("\x01\x01\xFF\x02"s), texts{"2"}) << "a ping as binary";
  EXPECT_EQ(in_binary("\x00\x07\xFF"s + "b4AQID="), texts{"error: not base64"});
  EXPECT_EQ(in_binary("\x00\x06\xFF"s + "b4AQID"), texts{"bin:\x01\x02\x03"});
}

TEST(EnginePayloadV3, StopsAtTheFirstErrorInBinaryForm) {
  const auto first = "\x00\x02\xFF"s + "4a";
  for (const auto& body : {"\x00"s, "\x00\xFF"s, "\x00\x06\xFF"s + "4hell", "\x00"s + "6\xFF" + "4hello",
                           "\x00\x0A\xFF"s, "\x00\x06"s, "\x02\x02\xFF"s + "4a", "\x01\x01\xFF\x07"s,
                           "\x01\x01\xFF"
                           "4"s,
                           "\x01\x00\xFF"s, "\x00\x00\xFF"s, "\x00"s + std::string(400, '\x09') + "\xFF" + "4",
                           "\x00\x09\x09\x09\x09\x09\x09\x09\x09\x09\x09\xFF"s + "4", "4hello"s}) {
    EXPECT_EQ(in_binary(body), texts{not_a_packet}) << testing::PrintToString(body);
    EXPECT_EQ(in_binary(first + body), (texts{"4a", not_a_packet})) << testing::PrintToString(body);
  }
}

TEST(EnginePayloadV3, WritesTextForm) {
  const auto of = [](const frame_ptr& x) {
    std::string body = "1:2";
    append_text_packet_v3(body, *x);
    return body.substr(3);
  };
  EXPECT_EQ(of(frame::text({"4hello"})), "6:4hello");
  EXPECT_EQ(of(frame::text({"4\u20ac\U0001F600"})), "4:4\u20ac\U0001F600");
  EXPECT_EQ(of(frame::text({"3"})), "1:3");
  EXPECT_EQ(of(frame::binary("\x01\x02\x03\x04")), "10:b4AQIDBA==");
  EXPECT_EQ(of(frame::binary_v3("\x01\x02\x03\x04")), "10:b4AQIDBA==");
  EXPECT_EQ(of(frame::binary("")), "2:b4");
}

TEST(EnginePayloadV3, WritesBinaryForm) {
  std::string body;
  append_binary_packet_v3(body, *frame::binary("\x01\x02\x03\x04"));
  append_binary_packet_v3(body, *frame::text({"4hello"}));
  EXPECT_EQ(body, "\x01\x05\xFF\x04\x01\x02\x03\x04"s + "\x00\x06\xFF"s + "4hello");
  body.clear();
  append_binary_packet_v3(body, *frame::text({"4\u20ac\U0001F600"}));
  append_binary_packet_v3(body, *frame::binary_v3("\x09"));
  EXPECT_EQ(body, "\x00\x08\xFF"s + "4\u20ac\U0001F600" + "\x01\x02\xFF\x04\x09"s);
  body.clear();
  append_binary_packet_v3(body, *frame::binary(std::string(123, 'x')));
  EXPECT_EQ(body.substr(0, 6), "\x01\x01\x02\x04\xFF\x04"s);
}

TEST(EnginePayloadV3, ReadsWhatItWrites) {
  const std::vector<frame_ptr> all{frame::text({"4a\u20ac"}), frame::binary("\0\xFF"s), frame::text({"2"}),
                                   frame::binary(std::string(300, '\x1e'))};
  const texts same{"4a\u20ac", "bin:" + "\0\xFF"s, "2", "bin:" + std::string(300, '\x1e')};
  std::string text;
  std::string binary;
  for (const auto& x : all) {
    append_text_packet_v3(text, *x);
    append_binary_packet_v3(binary, *x);
  }
  EXPECT_EQ(in_text(text), same);
  EXPECT_EQ(in_binary(binary), same);
}

} // namespace
} // namespace arauto::engineio
