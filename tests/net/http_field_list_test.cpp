#include "net/http/field_list.hpp"

#include <gtest/gtest.h>

namespace arauto::http {
namespace {

TEST(HttpFieldList, KeepsFieldsInOrderAndTwice) {
  field_list x{{"Host", "a"}, {"X-Empty", ""}};
  x.emplace_back("", "value of no name");
  x.append(field_list{{"Host", "b"}});
  ASSERT_EQ(x.size(), 4U);
  EXPECT_EQ(x[0], (field_list::value_type{"Host", "a"}));
  EXPECT_EQ(x[1], (field_list::value_type{"X-Empty", ""}));
  EXPECT_EQ(x[2], (field_list::value_type{"", "value of no name"}));
  EXPECT_EQ(x[3], (field_list::value_type{"Host", "b"}));
}

TEST(HttpFieldList, IsEqualFieldByField) {
  const field_list x{{"ab", "c"}};
  EXPECT_EQ(x, (field_list{{"ab", "c"}}));
  EXPECT_FALSE(x == (field_list{{"a", "bc"}}));
  EXPECT_FALSE(x == (field_list{{"ab", "c"}, {"", ""}}));
  EXPECT_TRUE(field_list{}.empty());
}

TEST(HttpFieldList, TakesOutWhatIsMeant) {
  field_list x{{"a", "1"}, {"b", "2"}, {"a", "3"}, {"c", "4"}};
  x.erase_if([](std::string_view name, std::string_view) { return name == "a"; });
  EXPECT_EQ(x, (field_list{{"b", "2"}, {"c", "4"}}));
}

TEST(HttpFieldList, KnowsOfMostNamesThatTheyAreNotThere) {
  field_list x{{"Host", "a"}, {"apikey", "b"}, {"", "c"}};
  for (const auto* name : {"Host", "HOST", "host", "APIKEY", ""})
    EXPECT_TRUE(x.may_have(name)) << name;
  for (const auto* name : {"Origin", "Content-Encoding", "Idempotency-Key"})
    EXPECT_FALSE(x.may_have(name)) << name;
  x.erase_if([](std::string_view name, std::string_view) { return name == "Host"; });
  EXPECT_FALSE(x.may_have("host"));
  EXPECT_FALSE(field_list{}.may_have("host"));
}

TEST(HttpFieldList, GrowsAndMoves) {
  field_list x;
  for (int i = 0; i < 100; ++i)
    x.emplace_back("name-" + std::to_string(i), std::string(static_cast<std::size_t>(i), 'v'));
  const auto moved = std::move(x);
  ASSERT_EQ(moved.size(), 100U);
  for (std::size_t i = 0; i < 100; ++i)
    EXPECT_EQ(moved[i], (field_list::value_type{"name-" + std::to_string(i), std::string(i, 'v')}));
}

} // namespace
} // namespace arauto::http
