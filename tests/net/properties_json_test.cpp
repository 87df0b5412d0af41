#include "net/json.hpp"
#include "net/utf8.hpp"
#include "tests/support/json_grammar.hpp"
#include "tests/support/random_inputs.hpp"

#include <gtest/gtest.h>

namespace arauto::json {
namespace {

using test::random_inputs;
using test::rounds;

std::string joined(const std::vector<value>& elements) {
  std::string out;
  for (const auto& x : elements)
    out.append(out.empty() ? "" : ",").append(x.raw);
  return out;
}

std::string in_quotes(std::string_view text) {
  std::string out;
  append_string(out, text);
  return out;
}

TEST(PropertiesJson, AStringSurvivesQuoting) {
  rounds{50000}.each([](random_inputs& random) {
    const auto text = random.text(40);
    const auto whole = in_quotes(text);
    const auto checked = check(whole);
    ASSERT_TRUE(checked) << whole;
    EXPECT_EQ(as_string(*checked), text);
  });
}

TEST(PropertiesJson, AnyBytesBecomeAString) {
  rounds{50000}.each([](random_inputs& random) {
    const auto bytes = random.mutated(random.text(20));
    const auto text = in_quotes(bytes);
    const auto checked = check(text);
    ASSERT_TRUE(checked) << text;
    EXPECT_TRUE(test::json_grammar{text}.holds()) << text;
    // What is no UTF-8 is replaced, once and for all.
    const auto once = as_string(*checked).value_or("");
    EXPECT_TRUE(is_utf8(once));
    EXPECT_EQ(in_quotes(once), text);
    EXPECT_EQ(once == bytes, is_utf8(bytes));
  });
}

TEST(PropertiesJson, AnArrayIsItsElements) {
  rounds{20000}.each([](random_inputs& random) {
    std::vector<std::string> said(random.below(6));
    std::string inside;
    for (auto& x : said) {
      x = random.json(4);
      inside += (inside.empty() ? "" : ",") + x;
    }
    const auto text = "[" + inside + "]";
    const auto found = split_array(text);
    ASSERT_TRUE(found) << text;
    ASSERT_EQ(found->size(), said.size()) << text;
    for (std::size_t i = 0; i < said.size(); ++i)
      EXPECT_EQ((*found)[i].raw, said[i]) << text;
    const auto head = split_head(text);
    EXPECT_EQ(static_cast<bool>(head), !said.empty()) << text;
    if (head) {
      EXPECT_EQ(head->first.raw, said.front());
      EXPECT_EQ(head->rest, said.size() == 1 ? "" : inside.substr(said.front().size() + 1));
    }
  });
}

TEST(PropertiesJson, AnObjectIsItsMembers) {
  rounds{20000}.each([](random_inputs& random) {
    std::vector<std::pair<std::string, std::string>> said(random.below(6));
    std::string inside;
    for (auto& [key, value] : said) {
      key = random.text(6);
      value = random.json(4);
      inside += (inside.empty() ? "" : ",") + in_quotes(key) + ":" + value;
    }
    const auto text = "{" + inside + "}";
    const auto found = split_object(text);
    ASSERT_TRUE(found) << inside;
    ASSERT_EQ(found->size(), said.size()) << inside;
    for (std::size_t i = 0; i < said.size(); ++i) {
      EXPECT_EQ((*found)[i].key, said[i].first) << inside;
      EXPECT_EQ((*found)[i].value.raw, said[i].second) << inside;
    }
  });
}

TEST(PropertiesJson, WhiteSpaceBetweenPartsChangesNothing) {
  rounds{20000}.each([](random_inputs& random) {
    const auto compact = "[" + random.json(4) + "," + random.json(3) + "]";
    const auto spaced = random.spaced(compact);
    const auto whole = check(spaced);
    ASSERT_TRUE(whole) << spaced;
    EXPECT_EQ(whole->kind, kind::array);
    const auto is_space = [](char x) { return x == ' ' || x == '\n' || x == '\r' || x == '\t'; };
    EXPECT_FALSE(is_space(whole->raw.front()) || is_space(whole->raw.back()));
    const auto a = split_array(compact);
    const auto b = split_array(spaced);
    ASSERT_TRUE(a && b) << spaced;
    ASSERT_EQ(a->size(), b->size()) << spaced;
    for (std::size_t i = 0; i < a->size(); ++i) {
      EXPECT_EQ((*a)[i].kind, (*b)[i].kind) << spaced;
      EXPECT_FALSE(is_space((*b)[i].raw.front()) || is_space((*b)[i].raw.back())) << spaced;
      EXPECT_EQ(as_string((*a)[i]), as_string((*b)[i])) << spaced;
    }
  });
}

/// JSON as it is and as it should not be.
std::string some_text(random_inputs& random) {
  if (random.one_in(16))
    return random.bytes(60);
  if (random.one_in(64))
    return std::string(random.below(70), '[') + random.json(1) + std::string(random.below(70), ']');
  const auto& recorded = random.pick(test::recorded_messages());
  auto text =
      random.one_in(2) ? random.json(4) : recorded.substr(std::min(recorded.find_first_of("[{"), recorded.size()));
  return random.mutated(random.one_in(4) ? random.spaced(text) : std::move(text));
}

TEST(PropertiesJson, TakesJsonAndNothingElse) {
  std::size_t taken = 0;
  rounds{150000}.each([&taken](random_inputs& random) {
    const auto text = some_text(random);
    const auto checked = check(text);
    EXPECT_EQ(static_cast<bool>(checked), test::json_grammar{text}.holds()) << testing::PrintToString(text);
    if (!checked) {
      EXPECT_LE(checked.error().position, text.size()) << testing::PrintToString(text);
      EXPECT_FALSE(split_array(text) || split_object(text)) << testing::PrintToString(text);
      return;
    }
    ++taken;
    EXPECT_EQ(static_cast<bool>(split_array(text)), checked->kind == kind::array) << text;
    EXPECT_EQ(static_cast<bool>(split_object(text)), checked->kind == kind::object) << text;
    if (const auto elements = split_array(text)) {
      const auto compact = "[" + joined(*elements) + "]";
      const auto again = split_array(compact);
      ASSERT_TRUE(again) << text;
      EXPECT_EQ(joined(*again), joined(*elements)) << text;
    }
    EXPECT_TRUE(is_utf8(as_string(*checked).value_or(""))) << text;
  });
  EXPECT_GT(taken, 0U) << "nothing but errors was tried";
}

TEST(PropertiesJson, PlaceholdersStandWhereTheirDigitsAre) {
  rounds{20000}.each([](random_inputs& random) {
    const auto text = "[" + random.json(3) + R"(,{"_placeholder":true,"num":)" + std::to_string(random.below(12)) +
                      "}," + random.json(3) + "]";
    const auto spaced = random.spaced(text);
    const auto a = placeholders(text, 11);
    const auto b = placeholders(spaced, 11);
    ASSERT_TRUE(a && b) << spaced;
    ASSERT_EQ(a->size(), b->size()) << spaced;
    for (std::size_t i = 0; i < a->size(); ++i) {
      EXPECT_EQ((*a)[i].num, (*b)[i].num) << spaced;
      EXPECT_EQ((*b)[i].digits, std::to_string((*b)[i].num)) << spaced;
      EXPECT_GE((*b)[i].digits.data(), spaced.data());
    }
  });
}

} // namespace
} // namespace arauto::json
