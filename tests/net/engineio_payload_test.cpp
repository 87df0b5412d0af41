#include "net/engineio/payload.hpp"

#include <gtest/gtest.h>

#include <utility>

namespace arauto::engineio {
namespace {

using namespace std::string_literals;

/// What the reader hands out, written as type digit and data; binary as `bin:` and data, an error as its message.
std::vector<std::string> packets(std::string_view body) {
  std::vector<std::string> out;
  payload_reader reader{body};
  while (const auto found = reader.next()) {
    if (!*found)
      out.push_back("error: " + found->error().message());
    else if ((*found)->is_binary)
      out.push_back("bin:" + std::string{(*found)->data});
    else
      out.push_back(static_cast<char>((*found)->type) + std::string{(*found)->data});
  }
  EXPECT_FALSE(reader.next()) << "the end is the end";
  return out;
}

using texts = std::vector<std::string>;
const std::string not_a_packet = "error: not an Engine.IO packet";

TEST(EnginePayload, WalksThePacketsInOrder) {
  EXPECT_EQ(packets("4hello"), texts{"4hello"});
  EXPECT_EQ(packets("4hello\x1e"
                    "2\x1e"
                    "4€"),
            (texts{"4hello", "2", "4€"}));
  EXPECT_EQ(packets("4\x1e"
                    "bAQID\x1e"
                    "1"),
            (texts{"4", "bin:\x01\x02\x03", "1"}));
  EXPECT_EQ(packets("bQQ==\x1e"
                    "bQkI="),
            (texts{"bin:A", "bin:BB"}));
}

TEST(EnginePayload, ReportsAnEmptyBodyOnce) {
  EXPECT_EQ(packets(""), texts{not_a_packet});
}

TEST(EnginePayload, StopsAtTheFirstBadPacket) {
  EXPECT_EQ(packets("abc"), texts{not_a_packet});
  EXPECT_EQ(packets("4a\x1e"
                    "9\x1e"
                    "4b"),
            (texts{"4a", not_a_packet}));
  EXPECT_EQ(packets("4a\x1e"
                    "bA\x1e"
                    "4b"),
            (texts{"4a", "error: not base64"}));
}

TEST(EnginePayload, RefusesEmptyParts) {
  EXPECT_EQ(packets("\x1e"), texts{not_a_packet});
  EXPECT_EQ(packets("\x1e"
                    "4a"),
            texts{not_a_packet});
  EXPECT_EQ(packets("4a\x1e"), (texts{"4a", not_a_packet}));
  EXPECT_EQ(packets("4a\x1e\x1e"
                    "4b"),
            (texts{"4a", not_a_packet}));
}

TEST(EnginePayload, KnowsNothingOfTheLengthPrefixesOfVersionThree) {
  EXPECT_EQ(packets("6:4hello"), texts{"6:4hello"}) << "a noop with data";
  EXPECT_EQ(packets("\x00\x06\xFF"s), texts{not_a_packet});
}

TEST(EnginePayload, WalksManyTinyPacketsInOnePass) {
  std::string body = "4";
  for (int i = 1; i < 100000; ++i)
    body += "\x1e"
            "4";
  EXPECT_EQ(packets(body).size(), 100000U);
}

TEST(EnginePayload, WritesWhatItReads) {
  std::string body;
  std::size_t bound = 0;
  for (const auto& x :
       {frame::text({"4hello"}), frame::binary("\x01\x02\x03\x04"), frame::text({"2"}), frame::binary("")}) {
    bound += encoded_size(*x);
    append_packet(body, *x);
  }
  EXPECT_EQ(body, "4hello\x1e"
                  "bAQIDBA==\x1e"
                  "2\x1e"
                  "b");
  EXPECT_EQ(packets(body), (texts{"4hello", "bin:\x01\x02\x03\x04", "2", "bin:"}));
  EXPECT_EQ(bound, body.size() + 1) << "all but the first packet have a separator";
}

TEST(EnginePayload, BoundsTheSizeOfAPacket) {
  EXPECT_EQ(encoded_size(*frame::text({"2"})), 2U);
  EXPECT_EQ(encoded_size(*frame::binary("")), 2U);
  EXPECT_EQ(encoded_size(*frame::binary("a")), 6U);
  EXPECT_EQ(encoded_size(*frame::binary("abc")), 6U);
  EXPECT_EQ(encoded_size(*frame::binary("abcd")), 10U);
}

TEST(Base64, AgreesWithTheExamplesOfRfc4648) {
  const std::pair<std::string, std::string> table[] = {
      {"", ""},
      {"f", "Zg=="},
      {"fo", "Zm8="},
      {"foo", "Zm9v"},
      {"foob", "Zm9vYg=="},
      {"fooba", "Zm9vYmE="},
      {"foobar", "Zm9vYmFy"},
      {"\0"s, "AA=="},
      {"\xFF\xFF\xFF", "////"},
      {"\xFB\xEF\xBE", "++++"},
      {"\x00\x10\x83"s, "ABCD"},
  };
  for (const auto& [bytes, text] : table) {
    EXPECT_EQ(encode_base64(bytes), text);
    const auto decoded = decode_base64(text);
    ASSERT_TRUE(decoded) << text;
    EXPECT_EQ(*decoded, bytes);
  }
}

TEST(Base64, BringsBackEveryByteAtEveryPlace) {
  std::string bytes;
  for (int i = 0; i < 256; ++i)
    bytes += static_cast<char>(i);
  for (std::size_t cut = 0; cut < 6; ++cut)
    EXPECT_EQ(decode_base64(encode_base64(bytes.substr(cut))).value(), bytes.substr(cut));
}

TEST(Base64, RefusesWrongCharactersAndLengths) {
  for (const auto& text : {"A"s, "AA"s, "AAA"s, "AAAAA"s, "A==="s, "===="s, "="s, "AA=A"s, "=AAA"s, "AA==AA=="s,
                           "A-A_"s, "AA A"s, "AAA\n"s, "AA\0A"s, "AAA\xFF"s, "AAA=\n"s}) {
    const auto decoded = decode_base64(text);
    ASSERT_FALSE(decoded) << testing::PrintToString(text);
    EXPECT_EQ(decoded.error(), errc::bad_base64);
  }
}

} // namespace
} // namespace arauto::engineio
