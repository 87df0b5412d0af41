#include "net/http/cors.hpp"
#include "tests/support/recording.hpp"

#include <gtest/gtest.h>

#include <map>

namespace arauto::http {
namespace {

/// Field names in lower case; values of repeated fields joined, as a client sees them.
std::map<std::string, std::string> as_seen(const field_list& fields) {
  std::map<std::string, std::string> out;
  for (const auto& [given, value] : fields) {
    std::string name{given};
    for (auto& c : name)
      c = static_cast<char>(std::tolower(c));
    if (name != "vary" && !name.starts_with("access-control-"))
      continue;
    auto& x = out[name];
    x.append(x.empty() ? "" : ", ").append(value);
  }
  return out;
}

using seen = std::map<std::string, std::string>;

request from(const std::string& origin, const std::string& wanted = {}) {
  request x;
  if (!origin.empty())
    x.fields.emplace_back("Origin", origin);
  if (!wanted.empty())
    x.fields.emplace_back("Access-Control-Request-Headers", wanted);
  return x;
}

seen rest(const cors_policy& policy, const std::string& origin) {
  response x;
  add_rest_cors(policy, from(origin), x);
  return as_seen(x.fields);
}

const cors_policy anybody;
const cors_policy listed{{"https://a.example", "https://b.example"}, {"GET", "POST", "PUT", "DELETE"}, false};
const cors_policy trusted{{"http://a.example"}, {"GET", "POST"}, true};

TEST(HttpCors, KnowsWhichOriginsMayRead) {
  EXPECT_TRUE(anybody.allows_any());
  EXPECT_TRUE(anybody.allows("https://x.example"));
  EXPECT_FALSE(listed.allows_any());
  EXPECT_TRUE(listed.allows("https://b.example"));
  EXPECT_FALSE(listed.allows("https://b.example.evil"));
  EXPECT_FALSE(listed.allows(""));
  EXPECT_TRUE((cors_policy{{"https://a.example", "*"}, {}, false}.allows_any()));
}

TEST(HttpCors, TheRestHalfEchoesTheOrigin) {
  EXPECT_EQ(rest(anybody, "https://x.example"), (seen{{"access-control-allow-origin", "https://x.example"}}));
  EXPECT_EQ(rest(anybody, ""), seen{});
  EXPECT_EQ(rest(listed, "https://a.example"), (seen{{"access-control-allow-origin", "https://a.example"}}));
  EXPECT_EQ(rest(listed, "https://evil.example"), seen{});
  EXPECT_EQ(rest(trusted, "http://a.example"),
            (seen{{"access-control-allow-origin", "http://a.example"}, {"access-control-allow-credentials", "true"}}));
}

TEST(HttpCors, AnswersAPreflightOfTheRestHalf) {
  const auto x = rest_preflight(listed, from("https://a.example", "apikey"));
  EXPECT_EQ(x.status, 204U);
  EXPECT_EQ(x.body, "");
  EXPECT_EQ(as_seen(x.fields), (seen{{"access-control-allow-origin", "https://a.example"},
                                     {"access-control-allow-methods", "GET,POST,PUT,DELETE"},
                                     {"access-control-allow-headers", "apikey"},
                                     {"vary", "Origin, Access-Control-Request-Headers"}}));
  EXPECT_EQ(as_seen(rest_preflight(anybody, from("https://a.example")).fields),
            (seen{{"access-control-allow-origin", "https://a.example"},
                  {"access-control-allow-methods", "POST,GET,PUT,DELETE"},
                  {"vary", "Origin, Access-Control-Request-Headers"}}));
}

TEST(HttpCors, AnswersAPreflightOfTheEngineHalf) {
  EXPECT_EQ(as_seen(engine_preflight(listed, from("https://a.example")).fields),
            (seen{{"access-control-allow-origin", "https://a.example"},
                  {"access-control-allow-methods", "GET,POST,PUT,DELETE"},
                  {"vary", "Origin, Access-Control-Request-Headers"}}));
}

TEST(HttpCors, CredentialsNeverGoWithALiteralStar) {
  const cors_policy policy{{"*"}, {"GET"}, true};
  response x;
  add_engine_cors(policy, from("https://a.example"), x);
  EXPECT_EQ(as_seen(x.fields), (seen{{"access-control-allow-origin", "https://a.example"},
                                     {"access-control-allow-credentials", "true"},
                                     {"vary", "Origin"}}));
  response without_origin;
  add_engine_cors(policy, from(""), without_origin);
  EXPECT_FALSE(as_seen(without_origin.fields).contains("access-control-allow-origin"));
}

/// Compares the answers of one recording with ours; gives how many.
int compare(const std::string& file, const cors_policy& policy) {
  int compared = 0;
  std::map<std::int64_t, request> asked;
  for (const auto& lines : test::read_cases(file))
    for (const auto& x : lines) {
      if (x.kind == "http-request")
        asked[x.connection] = test::read_http(x.content);
      if (x.kind != "http-response")
        continue;
      auto expected = as_seen(test::read_http(x.content).fields);
      // Settings that the product does not have.
      expected.erase("access-control-max-age");
      if (expected.contains("access-control-allow-headers") &&
          !asked[x.connection].has_field("access-control-request-headers"))
        expected.erase("access-control-allow-headers");
      const auto is_preflight = asked[x.connection].method == "OPTIONS";
      if (is_preflight && policy.credentials)
        expected["vary"] += ", Access-Control-Request-Headers"; // Its list of headers is fixed, ours is an echo.
      response ours;
      if (is_preflight)
        ours = engine_preflight(policy, asked[x.connection]);
      else
        add_engine_cors(policy, asked[x.connection], ours);
      EXPECT_EQ(as_seen(ours.fields), expected) << file << ' ' << x.name;
      ++compared;
    }
  return compared;
}

TEST(HttpCors, TheEngineHalfAnswersAsTheReferenceServer) {
  const std::vector<std::string> methods{"GET", "HEAD", "PUT", "PATCH", "POST", "DELETE"};
  EXPECT_EQ(compare("eio4-cors-star.jsonl", {{"*"}, methods, false}), 2);
  EXPECT_EQ(compare("eio4-cors.jsonl", trusted), 8);
}

TEST(HttpCors, AdmitsPagesOfListedOriginsAndOfItsOwnAddress) {
  const auto admits = [](const cors_policy& policy, const std::string& origin,
                         const std::string& host = "server:8080") {
    auto x = from(origin);
    x.fields.emplace_back("Host", host);
    return policy.admits(x);
  };
  const cors_policy any;
  EXPECT_TRUE(admits(any, "https://evil.example"));
  const cors_policy list{{"https://a.example", "https://b.example"}, {}, false};
  EXPECT_TRUE(admits(list, "")) << "a program, not a page";
  EXPECT_TRUE(admits(list, "https://b.example"));
  EXPECT_TRUE(admits(list, "http://server:8080")) << "a page of this very server";
  for (const auto* foreign : {"https://evil.example", "http://a.example", "https://a.example:444", "null",
                              "server:8080", "https://server:8081", "https://a.example.evil"})
    EXPECT_FALSE(admits(list, foreign)) << foreign;
  EXPECT_FALSE(admits(list, "https://", ""));
}

} // namespace
} // namespace arauto::http
