#include "net/json.hpp"
#include "net/utf8.hpp"

#include <gtest/gtest.h>

namespace arauto::json {
namespace {

using namespace std::string_literals;

std::string decoded(std::string_view text) {
  const auto found = check(text);
  return found ? decode_string(*found) : "error: " + found.error().reason;
}

/// Between quotes.
std::string in_quotes(const std::string& text) {
  return '"' + text + '"';
}

/// `key=raw` of each member, or what was wrong.
std::vector<std::string> members(std::string_view text) {
  const auto found = split_object(text);
  if (!found)
    return {"error: " + found.error().reason};
  std::vector<std::string> out;
  for (const auto& x : *found)
    out.push_back(x.key + "=" + std::string{x.value.raw});
  return out;
}

using texts = std::vector<std::string>;

TEST(JsonOfJavaScript, DecodesALoneSurrogateAsAReplacement) {
  const std::pair<const char*, const char*> table[] = {
      {R"("\uD800")", "\uFFFD"},
      {R"("\ud83d")", "\uFFFD"},
      {R"("\uDBFFx")", "\uFFFDx"},
      {R"("\uDC00")", "\uFFFD"},
      {R"("x\uDFFFy")", "x\uFFFDy"},
      {R"("\uD800\n")", "\uFFFD\n"},
      {R"("\uD800\u0041")", "\uFFFDA"},
      {R"("\uD800\uD800")", "\uFFFD\uFFFD"},
      {R"("\uDC00\uD800")", "\uFFFD\uFFFD"},
      {R"("\uDC00\uDC00")", "\uFFFD\uFFFD"},
      {R"("\uD83D\uD83D\uDE00")", "\uFFFD😀"},
      {R"("\uD83D\uDE00\uDE00")", "😀\uFFFD"},
      {R"("\uD83D\uDE00\uD83D")", "😀\uFFFD"},
      {R"("\uD83D\\uDE00")", "\uFFFD\\uDE00"},
      {R"("\uD83D\"\uDE00")", "\uFFFD\"\uFFFD"},
      {R"("\uD83DuDE00")", "\uFFFDuDE00"},
      {R"("\uD7FF\uD800\uE000")", "\uD7FF\uFFFD\uE000"},
      {R"("\\\uD83D")", "\\\uFFFD"},
      {R"("\\\\uD83D\uD83D")", "\\\\uD83D\uFFFD"},
      {R"("€\uD83D€")", "€\uFFFD€"},
  };
  for (const auto& [text, expected] : table) {
    EXPECT_EQ(decoded(text), expected) << text;
    EXPECT_TRUE(is_utf8(decoded(text))) << text;
    EXPECT_EQ(check(text)->raw, text);
  }
}

TEST(JsonOfJavaScript, LeavesEscapedBackslashesAlone) {
  EXPECT_EQ(decoded(R"("\\ud83d")"), "\\ud83d");
  EXPECT_EQ(decoded(R"("\\ud83d\\\ud83d")"), "\\ud83d\\\uFFFD");
}

TEST(JsonOfJavaScript, KeepsValuesAsTheyStand) {
  const std::string text = R"( { "a\ud83d" : "\udc00" ,"b":[1e999, "\ud800"], "c":-1 } )";
  EXPECT_EQ(members(text), (texts{"a\uFFFD=\"\\udc00\"", R"(b=[1e999, "\ud800"])", "c=-1"}));
  const auto found = split_object(text);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->front().value.raw.data(), text.data() + text.find("\"\\udc00"));
  const auto array = split_array((*found)[1].value.raw);
  ASSERT_TRUE(array);
  EXPECT_EQ((*array)[0].raw, "1e999");
  EXPECT_EQ((*array)[0].kind, kind::number);
  EXPECT_EQ(as_string((*array)[1]), "\uFFFD");
}

TEST(JsonOfJavaScript, TakesValuesOfEveryKindApart) {
  EXPECT_EQ(members(R"({"a":1,"b":"\ud800","c":3})"), (texts{"a=1", R"(b="\ud800")", "c=3"}));
  EXPECT_EQ(split_array(R"([1,2,"\udc00"])")->size(), 3U);
  const auto head = split_head(R"(["a",1,"\udc00",{"x":1e400}])");
  ASSERT_TRUE(head);
  EXPECT_EQ(head->first.raw, R"("a")");
  EXPECT_EQ(head->rest, R"(1,"\udc00",{"x":1e400})");
  const auto found = placeholders(R"([{"_placeholder":true,"num":0},"\udc00",{"_placeholder":true,"num":1}])", 1);
  ASSERT_TRUE(found);
  ASSERT_EQ(found->size(), 2U);
  EXPECT_EQ(found->front().num, 0U);
  EXPECT_EQ(found->back().num, 1U);
}

TEST(JsonOfJavaScript, TakesNumbersBeyondADouble) {
  const auto digits = "1" + std::string(400, '0');
  const texts numbers{"1e309",        "-1e400",
                      "1E+400",       "1.5e99999",
                      "1e2147483648", "0e400",
                      "0.00001e9999", "1e-99999999999",
                      digits,         "-" + digits,
                      digits + ".5",  digits + "e-400",
                      "1e1",          "12",
                      "-0",           "-0.0e+000400",
                      "1.10",         std::string(310, '9')};
  std::string all = "[1e400";
  for (const auto& x : numbers) {
    const auto found = check(x);
    ASSERT_TRUE(found) << x;
    EXPECT_EQ(found->kind, kind::number) << x;
    EXPECT_EQ(found->raw, x);
    all += " , " + x;
  }
  all += "]";
  const auto found = split_array(all);
  ASSERT_TRUE(found);
  ASSERT_EQ(found->size(), numbers.size() + 1);
  for (std::size_t i = 0; i < numbers.size(); ++i)
    EXPECT_EQ((*found)[i + 1].raw, numbers[i]);
  EXPECT_EQ(as_integer(*check("1e400")), std::nullopt);
  EXPECT_EQ(as_integer(*check(digits)), std::nullopt);
}

TEST(JsonOfJavaScript, JudgesPlaceholdersByTheNumbersThatStandThere) {
  std::string text;
  const auto with = [&text](const std::string& num) {
    text = "[1e400,{\"_placeholder\":true,\"num\":" + num + "}]";
    return placeholders(text, 20);
  };
  const auto found = with("17");
  ASSERT_TRUE(found && found->size() == 1);
  EXPECT_EQ(found->front().num, 17U);
  EXPECT_EQ(found->front().digits.data() - text.data(), 34);
  for (const auto* num : {"1e400", "0e0", "1e1", "-1", "21", "18446744073709551616", "100000000000000000000000", "0.0"})
    EXPECT_FALSE(with(num)) << num;
  EXPECT_FALSE(placeholders(R"(["\ud800",{"_placeholder":true}])", 0));
}

// Each begins with what stricter readers refuse.
TEST(JsonOfJavaScript, MakesNothingValidThatIsNot) {
  const auto long_number = std::string(400, '1');
  for (const auto& rest : {"-.5e9"s,
                           "-01e5"s,
                           "01e5"s,
                           "-"s,
                           "-e5"s,
                           "1e5e5"s,
                           "1e5.5"s,
                           "1.e5"s,
                           ".5e5"s,
                           "1e"s,
                           "1e+"s,
                           "1e5-5"s,
                           "+1e5"s,
                           "1e400x"s,
                           "00e400"s,
                           "--1e5"s,
                           "1e5 1e5"s,
                           long_number + "."s,
                           long_number + "e"s,
                           long_number + ".e5"s,
                           "-" + long_number + "-"s,
                           R"("\ud8")"s,
                           R"("\ud8zz")"s,
                           R"("\ud800\u12g4")"s,
                           R"("\ud800\x")"s,
                           R"("\uD83)"s,
                           R"("\ud800)"s,
                           R"("\ud800\)"s,
                           R"("\ud800\u)"s,
                           R"("\ud800\ud)"s,
                           "\""s,
                           "\"\\ud800\x80\""s,
                           "\"\\ud800\n\""s,
                           "\"\xED\xA0\x80\""s,
                           "\"\\ud800\0\""s,
                           R"(\ud800)"s,
                           "'\\ud800'"s,
                           R"("\U0041")"s,
                           R"({"\ud800"})"s,
                           R"({"\ud800":1,})"s,
                           R"("\u+123")"s,
                           R"("\u 123")"s}) {
    for (const auto& text : {"[1e400," + rest + "]", "[\"\\ud800\"," + rest + "]", "[\"\\udc00\"," + rest + "]"})
      EXPECT_FALSE(check(text)) << testing::PrintToString(text);
    EXPECT_FALSE(check(rest)) << testing::PrintToString(rest);
  }
}

TEST(JsonOfJavaScript, SaysWhereATextIsWrong) {
  const auto found = check(R"(["\ud800",1e400,x])");
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().position, 16U);
  EXPECT_EQ(found.error().reason, "Invalid value.");
  EXPECT_EQ(members(R"(["\ud800"])"), texts{"error: An object ({...}) is expected here."});
}

TEST(JsonOfJavaScript, KeepsTheBoundOfDepth) {
  const auto nested = [](std::size_t depth, const std::string& inside) {
    return std::string(depth, '[') + inside + std::string(depth, ']');
  };
  EXPECT_TRUE(check(nested(64, R"("\ud800",1e400)")));
  EXPECT_FALSE(check("[1e400," + nested(64, "") + "]"));
  EXPECT_EQ(check("[\"\\udc00\"," + nested(64, "") + "]").error().reason, "The text is nested deeper than 64 levels.");
  EXPECT_FALSE(check("[1e400," + nested(200000, "") + "]"));
}

TEST(JsonOfJavaScript, StaysLinear) {
  std::string halves;
  std::string numbers = "[0";
  for (int i = 0; i < 175000; ++i) {
    halves += i < 1000 ? R"(\udc00)" : R"(\ud83d)";
    numbers += ",1e999";
  }
  const auto text = decoded(in_quotes(halves));
  ASSERT_EQ(text.size(), 3 * 175000U);
  EXPECT_EQ(text.substr(text.size() - 6), "\uFFFD\uFFFD");
  numbers += "]";
  const auto found = split_array(numbers);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->size(), 175001U);
  EXPECT_TRUE(check("[" + std::string(1000000, '7') + "," + std::string(1000000, '7') + "]"));
  EXPECT_FALSE(check(in_quotes(halves) + "x"));
}

} // namespace
} // namespace arauto::json
