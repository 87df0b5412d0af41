#include "net/websocket/frame_tracker.hpp"
#include "net/websocket/short_frame.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace arauto::websocket {
namespace {

using namespace std::string_literals;
using kind = short_frame::kind;

/// A masked frame with a length of seven bits.
std::string frame_of(unsigned first_byte, std::string_view payload) {
  const auto mask = "\x01\x80\xFF\x00"s;
  std::string out{static_cast<char>(first_byte), static_cast<char>(0x80U | payload.size())};
  out += mask;
  for (std::size_t i = 0; i < payload.size(); ++i)
    out += static_cast<char>(payload[i] ^ mask[i % 4]);
  return out;
}

TEST(ShortFrame, ReadsWholeMessagesAndPongs) {
  const std::tuple<unsigned, kind, std::string> table[] = {
      {0x81, kind::text, "3"},
      {0x81, kind::text, ""},
      {0x81, kind::text, "4\U0001F600 and \u00E9"},
      {0x81, kind::text, std::string(125, 'x')},
      {0x82, kind::binary, "\xFF\x00\x80"s},
      {0x8A, kind::pong, "\xFF"s},
  };
  for (const auto& [first, what, payload] : table) {
    short_payload out;
    const auto bytes = frame_of(first, payload);
    const auto x = read_short_frame(bytes + "rest", out);
    ASSERT_TRUE(x) << payload;
    EXPECT_EQ(x->what, what);
    EXPECT_EQ(x->payload, payload);
    EXPECT_EQ(x->size, bytes.size());
  }
}

TEST(ShortFrame, LeavesEverythingElse) {
  short_payload out;
  for (const auto& x : {
           frame_of(0x01, "a"),        // a fragment
           frame_of(0x80, "a"),        // the last one
           frame_of(0x88, "\x03\xE8"), // close
           frame_of(0x89, "a"),        // ping
           frame_of(0xC1, "a"),        // a reserved bit
           frame_of(0x83, "a"),        // a reserved opcode
           frame_of(0x81, "\xFF"),     // no UTF-8
           frame_of(0x81, "\xE2\x82"), // half a character
           "\x81\x01"s + "a",          // not masked
           "\x81\xFE\x00\x7E\x00\x00\x00\x00"s + std::string(126, 'a'),
       })
    EXPECT_FALSE(read_short_frame(x, out)) << ::testing::PrintToString(x);
  const auto whole = frame_of(0x81, "abc");
  for (std::size_t i = 0; i < whole.size(); ++i)
    EXPECT_FALSE(read_short_frame(std::string_view{whole}.substr(0, i), out)) << i;
}

TEST(ShortFrame, WritesCloseFrames) {
  EXPECT_EQ(close_frame(0, "ignored"), "\x88\x00"s);
  EXPECT_EQ(close_frame(1001, ""), "\x88\x02\x03\xE9"s);
  EXPECT_EQ(close_frame(1008, "no"), "\x88\x04\x03\xF0no"s);
  EXPECT_EQ(close_frame(1008, std::string(200, 'x')).size(), 127U) << "a control frame has at most 125 bytes";
}

// RFC 6455, section 1.3.
TEST(ShortFrame, AnswersAKey) {
  EXPECT_EQ(accept_value("dGhlIHNhbXBsZSBub25jZQ=="), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
}

// A fragmented message with a ping between its pieces, and a long one: only at the ends nothing is under way.
TEST(FrameTracker, KnowsWhereMessagesEndHoweverBytesAreCut) {
  const std::vector<std::pair<std::string, bool>> pieces{
      {frame_of(0x81, "whole"), true},
      {frame_of(0x01, ""), false},
      {frame_of(0x89, "ping"), false},
      {frame_of(0x00, "more"), false},
      {frame_of(0x80, "end"), true},
      {frame_of(0x89, ""), true},
      {"\x82\xFE\x01\x00mask"s + std::string(256, 'x'), true},
      {"\x82\x7F\x00\x00\x00\x00\x00\x01\x00\x00"s + std::string(65536, 'x'), true},
      {frame_of(0x88, "\x03\xE8"), true},
  };
  for (const std::size_t step : {1U, 2U, 3U, 7U, 100000U}) {
    frame_tracker x;
    EXPECT_TRUE(x.is_between_messages());
    for (const auto& [bytes, is_end] : pieces) {
      for (std::size_t at = 0; at < bytes.size(); at += step) {
        const auto piece = std::string_view{bytes}.substr(at, step);
        x.follow(piece);
        if (at + piece.size() < bytes.size()) {
          EXPECT_FALSE(x.is_between_messages()) << step;
        }
      }
      EXPECT_EQ(x.is_between_messages(), is_end) << step;
    }
  }
}

} // namespace
} // namespace arauto::websocket
