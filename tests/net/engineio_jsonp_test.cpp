#include "net/engineio/jsonp.hpp"

#include <gtest/gtest.h>

namespace arauto::engineio {
namespace {

using namespace std::string_literals;

TEST(EngineJsonp, TakesTheDigitsOfTheIndex) {
  EXPECT_EQ(jsonp_index("0"), "0");
  EXPECT_EQ(jsonp_index("12"), "12");
  EXPECT_EQ(jsonp_index("1);alert(2"), "12");
  EXPECT_EQ(jsonp_index(""), "");
  EXPECT_EQ(jsonp_index("abc"), "");
  EXPECT_EQ(jsonp_index(std::string(9000, '7')), std::string(20, '7'));
}

TEST(EngineJsonp, WritesAScript) {
  const std::pair<std::string, std::string> table[] = {
      {R"(0{"sid":"a"})", R"(___eio[3]("0{\"sid\":\"a\"}");)"},
      {"4a\nb\u2028", "___eio[3](\"4a\\nb\\u2028\");"},
      {"4\u2029\u2028\u2027\u202a", "___eio[3](\"4\\u2029\\u2028\u2027\u202a\");"},
      {"4\u20ac\U0001F600", "___eio[3](\"4\u20ac\U0001F600\");"},
      {"4\x1e\\/</script>\t\x7F", "___eio[3](\"4\\u001e\\\\/</script>\\t\x7F\");"},
      {"", "___eio[3](\"\");"},
      {"4\xE2\x80", "___eio[3](\"4\uFFFD\uFFFD\");"},
  };
  for (const auto& [payload, script] : table)
    EXPECT_EQ(jsonp_script("3", payload), script);
  EXPECT_EQ(jsonp_script("", "6"), "___eio[](\"6\");");
}

TEST(EngineJsonp, ReadsAForm) {
  const std::pair<std::string, std::string> table[] = {
      {"d=4a%5Cnb%E2%80%A8", "4a\nb\u2028"},
      {"d=9%3A4%22q%22%5C%5Cn%5Cn%E2%82%AC", "9:4\"q\"\\n\n\u20ac"},
      {"d=4a+b", "4a b"},
      {"d=", ""},
      {"x=1&d=4a&y=2", "4a"},
      {R"(d=\\\n)", R"(\\n)"},
      {R"(d=\)", R"(\)"},
      {R"(d=\\)", R"(\\)"},
      {R"(d=n\t\n)", "n\\t\n"},
  };
  for (const auto& [form, payload] : table)
    EXPECT_EQ(jsonp_payload(form), payload) << form;
}

TEST(EngineJsonp, FindsNoPacketsInOtherForms) {
  for (const auto* form : {"", "4hello", "e=4a", "D=4a", "d=4a&d=4b"})
    EXPECT_EQ(jsonp_payload(form), std::nullopt) << form;
}

} // namespace
} // namespace arauto::engineio
