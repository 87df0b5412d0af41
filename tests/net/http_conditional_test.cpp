#include "net/http/conditional.hpp"

#include <gtest/gtest.h>

namespace arauto::http {
namespace {

constexpr const char* etag = "W/\"2-l9Fw4VUO7kr8CvBlt4zaMCqXZ0w\"";

// Bodies and tags as recorded from Evolution API (rest-instance, rest-root).
TEST(HttpConditional, TagsABodyAsExpressDoes) {
  const std::pair<const char*, const char*> table[] = {
      {"[]", "W/\"2-l9Fw4VUO7kr8CvBlt4zaMCqXZ0w\""},
      {R"({"status":401,"error":"Unauthorized","response":{"message":"Unauthorized"}})",
       "W/\"4b-/cax6Lc/qf7t4ufEf8qFabwljtA\""},
      {R"({"status":404,"error":"Not Found","response":{"message":["Cannot POST /"]}})",
       "W/\"4b-DrCVNCSzyJxSVNw02XjEQVQ02uM\""},
      {R"({"status":200,"message":"Credentials are valid"})", "W/\"30-AcpZ/ERhgBqsN0cmbvQiUnet4iw\""},
      {"File not found", "W/\"e-oi6cO2qfXHDeT3akZIEOy6H7l8M\""},
      {"", "W/\"0-2jmj7l5rSw0yVb/vlWAYkK/YBwk\""},
  };
  for (const auto& [body, tag] : table)
    EXPECT_EQ(etag_of(body), tag) << body;
  EXPECT_TRUE(etag_of(std::string(0x12345, 'x')).starts_with("W/\"12345-"));
}

request asking(std::vector<std::pair<std::string, std::string>> fields) {
  request x;
  x.fields.append(fields);
  return x;
}

TEST(HttpConditional, IsFreshWhenTheTagIsListed) {
  const std::pair<const char*, bool> table[] = {
      {"*", true},
      {etag, true},
      {"\"2-l9Fw4VUO7kr8CvBlt4zaMCqXZ0w\"", true},
      {R"("x", W/"y" ,W/"2-l9Fw4VUO7kr8CvBlt4zaMCqXZ0w")", true},
      {R"(W/"2-l9Fw4VUO7kr8CvBlt4zaMCqXZ0w",)", true},
      {"", false},
      {",,", false},
      {"\"x\"", false},
      {"2-l9Fw4VUO7kr8CvBlt4zaMCqXZ0w", false},
      {R"(w/"2-l9Fw4VUO7kr8CvBlt4zaMCqXZ0w")", false},
      {R"("x", *)", false},
      {"W/", false},
  };
  for (const auto& [known, expected] : table)
    EXPECT_EQ(is_fresh(asking({{"if-none-match", known}}), etag), expected) << known;
  EXPECT_TRUE(is_fresh(asking({{"If-None-Match", "\"x\""}, {"if-none-match", etag}}), etag)) << "lists are joined";
  EXPECT_FALSE(is_fresh(asking({}), etag));
}

TEST(HttpConditional, AnAnswerWithoutATagIsFreshForTheStarOnly) {
  EXPECT_TRUE(is_fresh(asking({{"If-None-Match", "*"}}), ""));
  EXPECT_FALSE(is_fresh(asking({{"If-None-Match", "W/"}}), ""));
}

TEST(HttpConditional, IsNeverFreshForWhoWantsItNew) {
  const std::pair<const char*, bool> table[] = {
      {"no-cache", false},      {"max-age=0, no-cache", false},
      {"No-Cache", false},      {"no-store,no-cache,", false},
      {"max-age=0", true},      {"xno-cache", true},
      {"no-cache=\"x\"", true},
  };
  for (const auto& [cache_control, expected] : table)
    EXPECT_EQ(is_fresh(asking({{"If-None-Match", etag}, {"Cache-Control", cache_control}}), etag), expected)
        << cache_control;
  EXPECT_FALSE(
      is_fresh(asking({{"If-None-Match", etag}, {"If-Modified-Since", "Thu, 01 Jan 2026 00:00:00 GMT"}}), etag));
}

} // namespace
} // namespace arauto::http
