#include "net/frame.hpp"
#include "net/give_back.hpp"

#include <gtest/gtest.h>

#include <utility>

namespace arauto {
namespace {

using namespace std::string_literals;

TEST(Frame, JoinsPartsIntoOneTextPacket) {
  const auto x = frame::text({"42", "[\"a\"", "", "]"});
  EXPECT_EQ(x->packet(), R"(42["a"])");
  EXPECT_FALSE(x->is_binary());
  EXPECT_EQ(x->websocket(), "\x81\x07"s + R"(42["a"])") << "FIN and opcode 1, length without mask bit";
}

TEST(Frame, HoldsBinaryContentWithoutAnyTypeByte) {
  const auto x = frame::binary("\x00\x04\xFF"s);
  EXPECT_TRUE(x->is_binary());
  EXPECT_EQ(x->packet(), "\x00\x04\xFF"s);
  EXPECT_EQ(x->websocket(), "\x82\x03\x00\x04\xFF"s);
}

TEST(Frame, MayBeEmpty) {
  EXPECT_EQ(frame::text({})->websocket(), "\x81\x00"s);
  EXPECT_EQ(frame::text({})->packet(), "");
  EXPECT_EQ(frame::binary("")->websocket(), "\x82\x00"s);
}

TEST(Frame, WritesTheShortestLength) {
  const std::pair<std::size_t, std::string> table[] = {
      {0, "\x00"s},
      {125, "\x7D"s},
      {126, "\x7E\x00\x7E"s},
      {127, "\x7E\x00\x7F"s},
      {256, "\x7E\x01\x00"s},
      {65535, "\x7E\xFF\xFF"s},
      {65536, "\x7F\x00\x00\x00\x00\x00\x01\x00\x00"s},
      {0x123456, "\x7F\x00\x00\x00\x00\x00\x12\x34\x56"s},
  };
  for (const auto& [size, length] : table) {
    const std::string bytes(size, 'x');
    for (const auto& [x, first] : {std::pair{frame::text({bytes}), "\x81"},
                                   {frame::text_behind_room(std::string(frame::header_room, '?') + bytes), "\x81"},
                                   {frame::binary(bytes), "\x82"}}) {
      EXPECT_TRUE(x->websocket() == first + length + bytes) << size;
      EXPECT_TRUE(x->packet() == bytes) << size;
    }
  }
}

TEST(Frame, PutsTheTypeBeforeBinaryOfVersionThree) {
  const auto x = frame::binary_v3("ab");
  EXPECT_TRUE(x->websocket() == "\x82\x03\x04"
                                "ab"s);
  EXPECT_TRUE(x->packet() == "\x04"
                             "ab"s);
  EXPECT_TRUE(x->is_binary() && x->has_type_byte());
  EXPECT_FALSE(frame::binary("ab")->has_type_byte());
}

std::string written(const std::vector<frame_ptr>& frames) {
  std::string all;
  for (const auto& x : frames)
    all += x->websocket();
  return all;
}

TEST(Frame, JoinsPacketsIntoRuns) {
  EXPECT_TRUE(frame::join({}).empty());
  const auto lone = frame::text({"2"});
  EXPECT_EQ(frame::join(std::span{&lone, 1}), std::vector{lone}) << "no copy";
  const std::vector some{frame::text({"2"}), frame::binary("ab"), frame::text({std::string(200, 'x')})};
  const auto runs = frame::join(some);
  ASSERT_EQ(runs.size(), 1U);
  EXPECT_EQ(written(runs), written(some));
}

TEST(Frame, KeepsRunsShort) {
  const auto of = [](std::size_t bytes) { return frame::binary(std::string(bytes - 4, 'x')); };
  const std::vector packets{of(65000), of(536), of(200), of(60000), of(65535), of(300), of(400)};
  const auto runs = frame::join(packets);
  std::vector<std::size_t> sizes;
  for (const auto& x : runs)
    sizes.push_back(x->websocket().size());
  EXPECT_EQ(sizes, (std::vector<std::size_t>{65536, 60200, 65535, 700}));
  EXPECT_EQ(runs[2], packets[4]) << "no copy";
  EXPECT_EQ(written(runs), written(packets));
  const std::vector large{frame::binary(std::string(100000, 'x')), of(200)};
  EXPECT_EQ(frame::join(large), large);
}

TEST(GiveBack, FreesMemory) {
  std::vector<int> numbers(1000);
  give_back(numbers);
  EXPECT_EQ(numbers.capacity(), 0U);
  std::string text(1000, 'x');
  give_back(text);
  EXPECT_EQ(text.capacity(), std::string{}.capacity());
}

TEST(Frame, OutlivesAllButTheLastOwner) {
  auto first = frame::text({"2"});
  const auto* where = first.get();
  auto second = first;
  first.reset();
  EXPECT_EQ(second.get(), where);
  EXPECT_EQ(second->packet(), "2");
}

} // namespace
} // namespace arauto
