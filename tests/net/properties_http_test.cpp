#include "net/http/form.hpp"
#include "net/http/query.hpp"
#include "net/json.hpp"
#include "tests/support/random_inputs.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace arauto::http {
namespace {

using fields = std::vector<std::pair<std::string, std::string>>;
using test::percent_encoded;
using test::random_inputs;
using test::rounds;

std::string encoded(const fields& said) {
  std::string out;
  for (const auto& [name, value] : said)
    out += (out.empty() ? "" : "&") + percent_encoded(name) + "=" + percent_encoded(value);
  return out;
}

TEST(PropertiesHttp, PercentEncodingGivesBackWhatItGot) {
  rounds{30000}.each([](random_inputs& random) {
    const auto bytes = random.bytes(60);
    EXPECT_EQ(percent_decode(percent_encoded(bytes), random.one_in(2)), bytes);
  });
}

TEST(PropertiesHttp, AQuerySaysWhatWasEncoded) {
  rounds{30000}.each([](random_inputs& random) {
    fields said;
    for (auto left = random.below(8); left > 0; --left)
      said.emplace_back("a" + random.bytes(10), random.bytes(20));
    const auto query = encoded(said);
    EXPECT_EQ(parse_query(query), said) << query;
    for (const auto& [name, value] : said)
      EXPECT_EQ(
          query_value(query, name),
          std::find_if(said.rbegin(), said.rend(), [&name = name](const auto& x) { return x.first == name; })->second)
          << query;
    EXPECT_EQ(parse_query(query, 3),
              fields(said.begin(), said.begin() + std::min<std::ptrdiff_t>(3, std::ssize(said))));
  });
}

TEST(PropertiesHttp, AFormSaysWhatWasEncoded) {
  rounds{20000}.each([](random_inputs& random) {
    fields said;
    for (auto left = random.below(8); left > 0; --left)
      said.emplace_back(std::to_string(left) + random.text_without("[]", 6), random.text(20));
    const auto read = parse_form(encoded(said));
    EXPECT_EQ(read.fault, form_fault::none);
    ASSERT_EQ(read.members.size(), said.size()) << encoded(said);
    for (std::size_t i = 0; i < said.size(); ++i) {
      EXPECT_EQ(read.members[i].first, said[i].first);
      EXPECT_EQ(json::as_string(*json::check(read.members[i].second)), said[i].second);
    }
  });
}

// Names that share no part, so that what comes of one does not depend on the others.
TEST(PropertiesHttp, BracketsOfAFormBecomeLevels) {
  rounds{20000}.each([](random_inputs& random) {
    std::string name = "a";
    std::vector<std::string> keys;
    for (auto left = random.below(6); left > 0; --left) {
      keys.push_back("k" + random.text_without("[]", 5));
      name += "[" + keys.back() + "]";
    }
    const auto value = random.text(10);
    const auto read = parse_form(percent_encoded(name) + "=" + percent_encoded(value));
    ASSERT_EQ(read.members.size(), 1U) << name;
    std::string_view level = read.members.front().second;
    for (const auto& key : keys) {
      const auto members = json::split_object(level);
      ASSERT_TRUE(members && members->size() == 1) << read.members.front().second;
      EXPECT_EQ(members->front().key, key);
      level = members->front().value.raw;
    }
    EXPECT_EQ(json::as_string(*json::check(level)), value) << read.members.front().second;
  });
}

/// Fields whose names fight over the same places.
std::string some_form(random_inputs& random) {
  static constexpr std::string_view parts[] = {
      "a",      "b", "[",  "]", "[]",  "[0]", "[1]", "[99]", "[101]", "[a]", "[b]",
      "[a][0]", "=", "=1", "&", "&a=", "&a[", "%5B", "%5D",  "%00",   "+",   "%"};
  if (random.one_in(4))
    return random.pick(test::recorded_messages());
  std::string form;
  for (auto left = random.below(40); left > 0; --left)
    form += random.pick(parts);
  return form;
}

TEST(PropertiesHttp, ReadingAFormGivesJsonOrAFault) {
  rounds{100000}.each([](random_inputs& random) {
    const auto body = random.mutated(some_form(random));
    EXPECT_LE(parse_query(body).size(), 100U);
    const auto read = parse_form(body);
    EXPECT_TRUE(read.fault == form_fault::none || read.members.empty());
    std::size_t bytes = 0;
    for (const auto& [name, value] : read.members) {
      EXPECT_TRUE(json::check(value)) << body << " gave " << value;
      bytes += value.size();
    }
    // Nothing takes more than an escape of six bytes, quotes, brackets and a separator.
    EXPECT_LE(bytes, 12 * body.size()) << body;
  });
}

} // namespace
} // namespace arauto::http
