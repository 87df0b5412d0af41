#include "app/relay_memory.hpp"

#include <gtest/gtest.h>

namespace arauto::app {
namespace {

using namespace std::chrono_literals;

body_digest digest(unsigned char x) {
  body_digest out{};
  out.front() = x;
  return out;
}

constexpr std::chrono::steady_clock::time_point noon{12h};

TEST(RelayMemory, KnowsABodyForAWhile) {
  relay_memory x{100, 1h};
  EXPECT_TRUE(x.insert(digest(1), noon));
  EXPECT_FALSE(x.insert(digest(1), noon + 59min));
  EXPECT_TRUE(x.insert(digest(2), noon + 59min));
  EXPECT_TRUE(x.insert(digest(1), noon + 1h)) << "an hour is over";
  EXPECT_FALSE(x.insert(digest(1), noon + 119min));
  EXPECT_EQ(x.size(), 1U);
}

TEST(RelayMemory, ForgetsTheOldestWhenItIsFull) {
  relay_memory x{3, 1h};
  for (unsigned char i = 1; i <= 3; ++i)
    EXPECT_TRUE(x.insert(digest(i), noon));
  EXPECT_FALSE(x.insert(digest(1), noon)) << "asking again makes nobody leave";
  EXPECT_TRUE(x.insert(digest(4), noon));
  EXPECT_EQ(x.size(), 3U);
  EXPECT_FALSE(x.insert(digest(2), noon));
  EXPECT_TRUE(x.insert(digest(1), noon));
}

TEST(RelayMemory, LetsABodyThatWasRefusedComeAgain) {
  relay_memory x{3, 1h};
  for (unsigned char i = 1; i <= 3; ++i)
    x.insert(digest(i), noon);
  x.erase(digest(2));
  x.erase(digest(9));
  EXPECT_EQ(x.size(), 2U);
  EXPECT_TRUE(x.insert(digest(2), noon + 30min));
  EXPECT_TRUE(x.insert(digest(4), noon + 61min)) << "1 and 3 are too old by now";
  EXPECT_FALSE(x.insert(digest(2), noon + 89min));
  EXPECT_EQ(x.size(), 2U);
}

} // namespace
} // namespace arauto::app
