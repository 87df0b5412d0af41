#include "net/json.hpp"
#include "net/utf8.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace arauto::json {
namespace {

using namespace std::string_literals;

std::string nested(std::size_t depth, const std::string& inside = "") {
  return std::string(depth, '[') + inside + std::string(depth, ']');
}

std::string nested_objects(std::size_t depth) {
  std::string out;
  for (std::size_t i = 0; i < depth; ++i)
    out += R"({"a":)";
  return out + "1" + std::string(depth, '}');
}

/// The raw text of each element, or what was wrong.
std::vector<std::string> elements(std::string_view text) {
  const auto found = split_array(text);
  if (!found)
    return {"error: " + found.error().reason};
  std::vector<std::string> out;
  for (const auto& x : *found)
    out.emplace_back(x.raw);
  return out;
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

TEST(Json, TellsTheKindOfEachValue) {
  const std::pair<const char*, kind> table[] = {
      {"{}", kind::object},  {"[]", kind::array},           {R"("")", kind::string},  {"0", kind::number},
      {"-1", kind::number},  {"true", kind::boolean},       {"false", kind::boolean}, {"null", kind::null},
      {"1e5", kind::number}, {R"({"a":[]})", kind::object},
  };
  for (const auto& [text, expected] : table) {
    const auto found = check(text);
    ASSERT_TRUE(found) << text;
    EXPECT_EQ(found->kind, expected) << text;
    EXPECT_EQ(found->raw, text);
  }
}

TEST(Json, TakesWhiteSpaceAroundAValueAndLeavesItOutOfTheSlice) {
  const auto found = check(" \t\r\n[ 1 ]\n\r\t ");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->raw, "[ 1 ]");
}

TEST(Json, RefusesWhatIsNotOneValue) {
  for (const auto* text : {"",
                           " ",
                           "[",
                           "]",
                           "{",
                           "}",
                           "[1,]",
                           "[,1]",
                           "{\"a\"}",
                           "{\"a\":}",
                           "{\"a\":1,}",
                           "{a:1}",
                           "[1 2]",
                           "1 2",
                           "[]x",
                           "tru",
                           "True",
                           "nul",
                           "nan",
                           "NaN",
                           "Infinity",
                           "01",
                           "+1",
                           ".5",
                           "1.",
                           "1e",
                           "-",
                           "0x10",
                           "'a'",
                           "\"a",
                           "\"\\x\"",
                           "\"\\u12g4\"",
                           "\"\t\"",
                           "[1]]",
                           "/*x*/1",
                           "\v1",
                           "\xEF\xBB\xBF{}"})
    EXPECT_FALSE(check(text)) << text;
}

TEST(Json, SaysWhereAndWhyATextIsWrong) {
  const auto found = check(R"([1,x])");
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().position, 3U);
  EXPECT_EQ(found.error().reason, "Invalid value.");
}

TEST(Json, TakesSixtyFourLevelsAndNoMore) {
  EXPECT_TRUE(check(nested(64)));
  EXPECT_TRUE(check(nested(64, R"("x")")));
  EXPECT_TRUE(check(nested_objects(64)));
  EXPECT_EQ(check(nested(65)).error().reason, "The text is nested deeper than 64 levels.");
  EXPECT_EQ(check(nested(65)).error().position, 64U);
  EXPECT_FALSE(check(nested_objects(65)));
  EXPECT_TRUE(split_array(nested(64)));
  EXPECT_FALSE(split_array(nested(65)));
  EXPECT_TRUE(split_object(nested_objects(64)));
  EXPECT_FALSE(split_object(nested_objects(65)));
  EXPECT_TRUE(placeholders(nested_objects(64), 0));
  EXPECT_FALSE(placeholders(nested_objects(65), 0));
}

TEST(Json, CountsDepthAndNotContainers) {
  std::string wide = "[";
  for (int i = 0; i < 1000; ++i)
    wide += "[{}],";
  EXPECT_TRUE(check(wide + "0]"));
}

TEST(Json, SurvivesNestingThatBreaksRecursiveReaders) {
  const auto text = nested(200000);
  EXPECT_FALSE(check(text));
  EXPECT_FALSE(split_array(text));
  EXPECT_FALSE(split_object(text));
  EXPECT_FALSE(split_head(text));
  EXPECT_FALSE(placeholders(text, 9));
  EXPECT_FALSE(check(std::string(200000, '[')));
  EXPECT_FALSE(check(std::string(200000, '{')));
}

TEST(Json, RefusesNulBytesWhereverTheyStand) {
  for (const auto& text :
       {"\0"s, "1\0"s, "[1]\0"s, "[1]\0[2]"s, "[1,\0 2]"s, "\"a\0b\""s, "\0[]"s, "{\"a\0\":1}"s, "1\0 "s})
    EXPECT_FALSE(check(text)) << testing::PrintToString(text);
  EXPECT_EQ(check("[1]\0"s).error().reason, "The document root must not be followed by other values.");
  EXPECT_EQ(check("[1]\0"s).error().position, 3U);
}

TEST(Json, DecodesAnEscapedNul) {
  EXPECT_EQ(decode_string(*check(R"("a\u0000b")")), "a\0b"s);
  EXPECT_EQ(members(R"({"\u0000":1})"), texts{"\0=1"s});
}

TEST(Json, DecodesSurrogatePairsAndTheirNeighbours) {
  EXPECT_EQ(decode_string(*check(R"("\uD83D\uDE00")")), "\xF0\x9F\x98\x80");
  EXPECT_EQ(decode_string(*check(R"("\uD7FF\uE000")")), "\xED\x9F\xBF\xEE\x80\x80");
  EXPECT_TRUE(check("\"\xED\x9F\xBF\"")) << "U+D7FF shares its first byte with surrogates";
}

TEST(Json, RefusesBytesThatAreNotUtf8) {
  for (const auto* text : {"\"\x80\"", "\"\xC0\x80\"", "\"\xC3\"", "\"\xED\xA0\x80\"", "\"\xED\xBF\xBF\"",
                           "\"\xF4\x90\x80\x80\"", "\"\xE2\x82\"", "{\"\xFF\":1}", "\xFF", "\"\xED"})
    EXPECT_FALSE(check(text)) << testing::PrintToString(std::string{text});
}

TEST(Json, SplitsAnArrayIntoSlices) {
  EXPECT_EQ(elements("[]"), texts{});
  EXPECT_EQ(elements(" [ ] "), texts{});
  EXPECT_EQ(elements(R"([1,"a",[2,[3]],{"b":{}},true,null])"),
            (texts{"1", R"("a")", "[2,[3]]", R"({"b":{}})", "true", "null"}));
  EXPECT_EQ(elements(" [ 1 ,\t\"a\" ,\r\n[ 2 ] , { \"b\" : 1 } , [ ] ,{ } , false ] \n"),
            (texts{"1", R"("a")", "[ 2 ]", R"({ "b" : 1 })", "[ ]", "{ }", "false"}));
  EXPECT_EQ(elements(R"(["[,]","]","\"",":"])"), (texts{R"("[,]")", R"("]")", R"("\"")", R"(":")"}));
}

TEST(Json, SplitsAnObjectIntoSlices) {
  EXPECT_EQ(members("{}"), texts{});
  EXPECT_EQ(members(" { } "), texts{});
  EXPECT_EQ(members(R"({"b":1,"a":{"c":[2]},"":"x"})"), (texts{"b=1", R"(a={"c":[2]})", R"(="x")"}));
  EXPECT_EQ(members(" {\n\"b\" :\t1 , \"a\"\r: { \"c\" : [ 2 ] } , \"d\" : [ ] , \"e\":null } "),
            (texts{"b=1", R"(a={ "c" : [ 2 ] })", "d=[ ]", "e=null"}));
  EXPECT_EQ(members(R"({"a\"\n\u00e9":1})"), texts{"a\"\n\xC3\xA9=1"});
}

TEST(Json, KeepsTheKindOfSplitValues) {
  const auto found = split_object(R"({"o":{},"a":[],"s":"","n":-1,"b":false,"z":null})");
  ASSERT_TRUE(found);
  const kind expected[] = {kind::object, kind::array, kind::string, kind::number, kind::boolean, kind::null};
  ASSERT_EQ(found->size(), std::size(expected));
  for (std::size_t i = 0; i < std::size(expected); ++i)
    EXPECT_EQ((*found)[i].value.kind, expected[i]);
}

TEST(Json, KeepsTheDigitsOfNumbers) {
  const auto monster = "0." + std::string(400, '1') + "e-2147483639";
  const texts numbers{"12345678901234567890", "1.10", "-0", "1E+2", "0.0", "1e308", monster};
  std::string text = "[";
  for (const auto& x : numbers)
    text += (text.size() == 1 ? "" : ",") + x;
  EXPECT_EQ(elements(text + "]"), numbers);
  EXPECT_EQ(check(monster)->raw, monster);
  EXPECT_EQ(members("{\"n\":" + monster + "}"), texts{"n=" + monster});
}

TEST(Json, SlicesPointIntoTheText) {
  const std::string text = R"( {"a": [1, 2]} )";
  const auto found = split_object(text);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->front().value.raw.data(), text.data() + 7);
}

TEST(Json, RefusesToSplitTheWrongKind) {
  EXPECT_EQ(members("[]"), texts{"error: An object ({...}) is expected here."});
  EXPECT_EQ(elements("{}"), texts{"error: An array ([...]) is expected here."});
  EXPECT_EQ(elements(R"("[]")"), texts{"error: An array ([...]) is expected here."});
  EXPECT_EQ(split_array("  1").error().position, 2U);
  EXPECT_EQ(members("[1,"), texts{"error: Invalid value."}) << "a broken text is reported as broken";
  EXPECT_EQ(elements(""), texts{"error: The document is empty."});
  EXPECT_FALSE(split_array("[1"));
  EXPECT_FALSE(split_array("[1] 2"));
  EXPECT_FALSE(split_object(R"({"a":1}})"));
}

TEST(Json, TakesTheHeadOffAnArray) {
  const auto rest = [](std::string_view text) { return std::string{split_head(text)->rest}; };
  EXPECT_EQ(split_head(R"(["a",1,[2] , {"b":3}])")->first.raw, R"("a")");
  EXPECT_EQ(split_head(R"(["a",1])")->first.kind, kind::string);
  EXPECT_EQ(rest(R"(["a",1,[2] , {"b":3}])"), R"(1,[2] , {"b":3})");
  EXPECT_EQ(rest(" [ \"a\" , 1 ] "), "1");
  EXPECT_EQ(rest(R"([1])"), "");
  EXPECT_EQ(rest(R"([[],[[]]])"), "[[]]");
}

TEST(Json, RefusesTheHeadOfWhatHasNone) {
  EXPECT_EQ(split_head(" []").error().reason, "An array with at least one element is expected here.");
  EXPECT_EQ(split_head(" []").error().position, 1U);
  EXPECT_FALSE(split_head("{}"));
  EXPECT_FALSE(split_head("[1,"));
  EXPECT_FALSE(split_head(""));
}

TEST(Json, FindsTheLastMemberOfAKey) {
  const auto found = split_object(R"({"a":1,"b":2,"\u0061":3})");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->size(), 3U);
  ASSERT_NE(find(*found, "a"), nullptr);
  EXPECT_EQ(find(*found, "a")->value.raw, "3");
  EXPECT_EQ(find(*found, "b")->value.raw, "2");
  EXPECT_EQ(find(*found, "A"), nullptr);
  EXPECT_EQ(find({}, "a"), nullptr);
}

TEST(Json, DecodesStrings) {
  EXPECT_EQ(decode_string(*check(R"("")")), "");
  EXPECT_EQ(decode_string(*check(R"("plain €")")), "plain €");
  EXPECT_EQ(decode_string(*check(R"("\"\\\/\b\f\n\r\t\u20AC")")), "\"\\/\b\f\n\r\t€");
  EXPECT_EQ(as_string(*check(R"("a\nb")")), "a\nb");
  EXPECT_EQ(as_string(*check("1")), std::nullopt);
}

TEST(Json, ReadsBooleansAndNothingElseAsBooleans) {
  EXPECT_EQ(as_boolean(*check("true")), true);
  EXPECT_EQ(as_boolean(*check("false")), false);
  for (const auto* text : {"null", "1", R"("true")"})
    EXPECT_EQ(as_boolean(*check(text)), std::nullopt) << text;
}

TEST(Json, ReadsIntegersThatFit) {
  EXPECT_EQ(as_integer(*check("0")), 0);
  EXPECT_EQ(as_integer(*check("-7")), -7);
  EXPECT_EQ(as_integer(*check("9223372036854775807")), std::numeric_limits<std::int64_t>::max());
  EXPECT_EQ(as_integer(*check("-9223372036854775808")), std::numeric_limits<std::int64_t>::min());
  for (const auto* text : {"9223372036854775808", "1.0", "1e3", R"("1")", "true", "[1]"})
    EXPECT_EQ(as_integer(*check(text)), std::nullopt) << text;
}

TEST(Json, KnowsTheBordersOfUtf8) {
  for (const auto& text :
       {""s, "\0"s, "\x7F"s, "\xC2\x80"s, "\xDF\xBF"s, "\xE0\xA0\x80"s, "\xED\x9F\xBF"s, "\xEE\x80\x80"s,
        "\xEF\xBF\xBF"s, "\xF0\x90\x80\x80"s, "\xF3\xBF\xBF\xBF"s, "\xF4\x8F\xBF\xBF"s, "a\xC3\xA9z"s})
    EXPECT_TRUE(is_utf8(text)) << testing::PrintToString(text);
  for (const auto& text : {"\x80"s,
                           "\xBF"s,
                           "\xC0\x80"s,
                           "\xC1\xBF"s,
                           "\xC2"s,
                           "\xC2\x41"s,
                           "\xC2\xC0"s,
                           "\xE0\x9F\xBF"s,
                           "\xE0\x80\x80"s,
                           "\xE1\x80"s,
                           "\xE1\x80\x41"s,
                           "\xE1\x41\x80"s,
                           "\xED\xA0\x80"s,
                           "\xED\xBF\xBF"s,
                           "\xF0\x8F\xBF\xBF"s,
                           "\xF1\x80\x80"s,
                           "\xF1\x41\x80\x80"s,
                           "\xF1\x80\x41\x80"s,
                           "\xF1\x80\x80\x41"s,
                           "\xF4\x90\x80\x80"s,
                           "\xF5\x80\x80\x80"s,
                           "\xFE"s,
                           "\xFF"s,
                           "ok\xFFok"s,
                           "\xE2\x82\0"s})
    EXPECT_FALSE(is_utf8(text)) << testing::PrintToString(text);
}

std::string written(std::string_view text) {
  std::string out;
  append_string(out, text);
  return out;
}

TEST(Json, WritesStringsAsJavaScriptDoes) {
  EXPECT_EQ(written(""), R"("")");
  EXPECT_EQ(written("plain /'<>&\x7F"), "\"plain /'<>&\x7F\"");
  EXPECT_EQ(written("\"\\\b\f\n\r\t"), R"("\"\\\b\f\n\r\t")");
  EXPECT_EQ(written("\0\x01\x0B\x1F"s), R"("\u0000\u0001\u000b\u001f")");
  EXPECT_EQ(written("é€😀\u2028"), "\"é€😀\u2028\"");
  EXPECT_EQ(written("a\nb€c"), "\"a\\nb€c\"");
}

TEST(Json, WritesAReplacementForEachByteThatIsNotUtf8) {
  EXPECT_EQ(written("a\xFFz"), "\"a\uFFFDz\"");
  EXPECT_EQ(written("\xED\xA0\x80"), "\"\uFFFD\uFFFD\uFFFD\"");
  EXPECT_EQ(written("\xE2\x82"), "\"\uFFFD\uFFFD\"");
  EXPECT_EQ(written("\xC0\xAF\""), "\"\uFFFD\uFFFD\\\"\"");
}

TEST(Json, AppendsStringsBehindWhatIsThere) {
  std::string out = "[";
  append_string(out, "a");
  EXPECT_EQ(out, R"(["a")");
}

TEST(Json, ReadsBackEveryStringItWrites) {
  std::string all;
  for (int x = 0; x < 128; ++x)
    all += static_cast<char>(x);
  all += "é€😀";
  EXPECT_EQ(as_string(*check(written(all))), all);
}

} // namespace
} // namespace arauto::json
