#include "net/http/query.hpp"

#include <gtest/gtest.h>

using namespace std::string_literals;

namespace arauto::http {
namespace {

using parameters = std::vector<std::pair<std::string, std::string>>;

TEST(HttpQuery, UndoesPercentEncoding) {
  const std::pair<std::string, std::string> table[] = {
      {"", ""},
      {"plain", "plain"},
      {"a%20b", "a b"},
      {"%C3%a9", "\xC3\xA9"},
      {"%00", "\0"s},
      {"%2541", "%41"},
      {"%", "%"},
      {"a%2", "a%2"},
      {"%g1%1g", "%g1%1g"},
      {"%%41", "%A"},
      {"%4A%4a", "JJ"},
      {"%:0%@0%`0", "%:0%@0%`0"},
  };
  for (const auto& [text, expected] : table)
    EXPECT_EQ(percent_decode(text, true), expected) << text;
}

TEST(HttpQuery, APlusIsASpaceInQueriesOnly) {
  EXPECT_EQ(percent_decode("a+b%2B", true), "a b+");
  EXPECT_EQ(percent_decode("a+b%2B", false), "a+b+");
}

TEST(HttpQuery, GivesTheParametersInOrder) {
  EXPECT_EQ(parse_query("a=1&b=x+y&a=%32&c&=d&e=f=g&"),
            (parameters{{"a", "1"}, {"b", "x y"}, {"a", "2"}, {"c", ""}, {"", "d"}, {"e", "f=g"}}));
  EXPECT_EQ(parse_query("&&=&"), parameters{});
  EXPECT_EQ(parse_query(""), parameters{});
}

TEST(HttpQuery, IgnoresWhatComesAfterTheLimit) {
  std::string query;
  for (int i = 0; i < 100000; ++i)
    query += "a=" + std::to_string(i) + "&";
  EXPECT_EQ(parse_query(query).size(), 100U);
  EXPECT_EQ(parse_query(query).back().second, "99");
  EXPECT_EQ(parse_query(query, 3).size(), 3U);
}

TEST(HttpQuery, TheLastOfRepeatedParametersCounts) {
  EXPECT_EQ(query_value("a=1&A=2&a=3", "a"), "3");
  EXPECT_EQ(query_value("a=1", "b"), std::nullopt);
  EXPECT_EQ(query_value("a", "a"), "");
}

} // namespace
} // namespace arauto::http
