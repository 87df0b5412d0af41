#include "net/find_byte.hpp"

#include <gtest/gtest.h>

#include <string>

namespace arauto {
namespace {

const char* find_quote(const std::string& text) {
  return find_byte(text.data(), text.data() + text.size(), [](auto x) { return (x < 0x20) | (x == '"'); });
}

TEST(FindByte, FindsTheFirstAtEveryPlaceOfEveryLength) {
  for (std::size_t size = 0; size <= 200; ++size) {
    const std::string text(size, 'a');
    EXPECT_EQ(find_quote(text), text.data() + size) << size;
    for (std::size_t place = 0; place < size; ++place) {
      auto other = text;
      other.back() = '"'; // The later one is not the first.
      other[place] = '"';
      EXPECT_EQ(find_quote(other), other.data() + place) << size << ", " << place;
    }
  }
}

TEST(FindByte, BytesBeyondAsciiAreNegative) {
  for (std::size_t size = 1; size <= 100; ++size) {
    std::string text(size, 'a');
    text[size / 2] = '\x80';
    EXPECT_EQ(find_quote(text), text.data() + size / 2) << size;
    text[size / 2] = '\x7F';
    EXPECT_EQ(find_quote(text), text.data() + size) << size;
  }
}

TEST(FindByte, LooksAtNothingBesidesItsText) {
  for (std::size_t size = 0; size <= 100; ++size) {
    const auto text = '"' + std::string(size, 'a') + '"';
    const auto* end = text.data() + 1 + size;
    EXPECT_EQ(find_byte(text.data() + 1, end, [](auto x) { return x == '"'; }), end) << size;
  }
}

} // namespace
} // namespace arauto
