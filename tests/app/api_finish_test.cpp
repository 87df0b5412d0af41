#include "tests/support/api_fixture.hpp"

#include <gmock/gmock.h>

#include <algorithm>

namespace arauto::app {
namespace {

using ::testing::ElementsAre;

class ApiFinish : public api_fixture {
protected:
  using header = std::vector<std::string>;

  /// The head of an answer in the order of its names; the tag of a body varies.
  static header head(const http::response& x) {
    header out{std::to_string(x.status)};
    for (const auto& [name, value] : x.fields)
      out.push_back(std::string{name}.append(": ").append(name == "ETag" ? "W/" : value));
    std::sort(out.begin() + 1, out.end());
    return out;
  }
  http::response get_with(const std::string& target, fields more, const std::string& method = "GET") {
    return send(request_of(method, target, key, "", std::move(more)));
  }
  /// Instances enough for an answer over 1 KiB.
  void have_many() {
    for (int i = 0; i < 3; ++i)
      have("many" + std::to_string(i), "token" + std::to_string(i));
  }
  static constexpr const char* all = "/instance/fetchInstances";
  static constexpr const char* json = "Content-Type: application/json; charset=utf-8";
  static constexpr const char* etag = "ETag: W/";
  static constexpr const char* express = "X-Powered-By: Express";
  static constexpr const char* vary = "Vary: Origin, Accept-Encoding";
};

// Recorded: rest-root, rest-instance.
TEST_F(ApiFinish, NamesAndTagsEveryAnswer) {
  EXPECT_THAT(head(get("/")), ElementsAre("200", json, etag, vary, express));
  EXPECT_THAT(head(get("/nope")), ElementsAre("404", json, etag, vary, express));
  EXPECT_THAT(head(get(all, "")), ElementsAre("401", json, etag, vary, express));
  EXPECT_THAT(head(post("/instance/create", R"({"integration":"EVOLUTION","instanceName":"a"})")),
              ElementsAre("201", json, etag, vary, express));
  EXPECT_EQ(field(get(all, ""), "ETag"), "W/\"4b-/cax6Lc/qf7t4ufEf8qFabwljtA\"");
}

// Recorded: rest-websocket, set-badjson and set-charset-latin1.
TEST_F(ApiFinish, AnUnreadableBodyIsAnsweredBeforeCompression) {
  EXPECT_THAT(head(post("/instance/create", "{bad")), ElementsAre("400", json, etag, "Vary: Origin", express));
  const auto charset = "application/json; charset=" + std::string(2000, 'x');
  const auto refused =
      send(request_of("POST", "/instance/create", key, "{}", {{"Content-Type", charset}, {"Accept-Encoding", "gzip"}}));
  EXPECT_THAT(head(refused), ElementsAre("415", json, etag, "Vary: Origin", express));
}

// Recorded: cors-tz-expose, preflight-ok and preflight-bad.
TEST_F(ApiFinish, CorsAnswersDependOnNothing) {
  config.cors_origin = {"https://a.example"};
  const auto preflight = send(request_of("OPTIONS", "/instance/create", "", "", {{"Origin", "https://a.example"}}));
  EXPECT_THAT(head(preflight), ElementsAre("204", "Access-Control-Allow-Methods: POST,GET,PUT,DELETE",
                                           "Access-Control-Allow-Origin: https://a.example",
                                           "Vary: Origin, Access-Control-Request-Headers", express));
  const auto refused = send(request_of("GET", "/", "", "", {{"Origin", "https://evil.example"}}));
  EXPECT_THAT(head(refused), ElementsAre("500", json, etag, express));
  EXPECT_EQ(field(refused, "ETag"), "W/\"5b-F9UpnBRSlKAcE5JQOf8Q0pUze3Q\"");
}

TEST_F(ApiFinish, AnswersToProducersStayLean) {
  have("a");
  const fields eager{{"Accept-Encoding", "gzip"}, {"If-None-Match", "*"}};
  const auto emit = [&](const char* api_key, const std::string& body) {
    return head(send(request_of("POST", "/event/emit/a", api_key, body, eager)));
  };
  EXPECT_THAT(emit("", "{}"), ElementsAre("401", json, vary));
  EXPECT_THAT(emit(key, "{bad"), ElementsAre("400", json, vary));
  intake.is_full = true;
  EXPECT_THAT(emit(key, R"({"event":"call","data":1})"), ElementsAre("503", json, "Retry-After: 1", vary));
  rest().answered({{0, 1, 1, 77}, 1}, 0, "");
  EXPECT_THAT(head(answers.last[77]), ElementsAre("202", json, vary));
  EXPECT_THAT(head(post("/webhook/relay", "{}", "")), ElementsAre("401", json, vary));
}

// Recorded: rest-websocket, etag-304.
TEST_F(ApiFinish, WhatTheClientHasIsNotSentAgain) {
  const auto first = get(all);
  const auto tag = field(first, "ETag");
  for (const auto& known : {std::string{"*"}, tag, tag.substr(2), "\"x\", " + tag})
    for (const auto* method : {"GET", "HEAD"}) {
      const auto x = get_with(all, {{"If-None-Match", known}}, method);
      EXPECT_THAT(head(x), ElementsAre("304", etag, "Vary: Origin", express)) << method << known;
      EXPECT_EQ(field(x, "ETag"), tag);
      EXPECT_EQ(x.body, "");
    }
  EXPECT_EQ(get_with(all, {{"If-None-Match", "\"x\""}}).body, first.body);
  EXPECT_EQ(get_with(all, {{"If-None-Match", tag}, {"Cache-Control", "no-cache"}}).body, first.body);
  have("a");
  EXPECT_EQ(get_with(all, {{"If-None-Match", tag}}).status, 200U) << "there is more now";
}

TEST_F(ApiFinish, OnlySuccessesOfReadingAreFresh) {
  EXPECT_EQ(get_with("/nope", {{"If-None-Match", "*"}}).status, 404U);
  const auto made = send(request_of("POST", "/verify-creds", key, "{}", {{"If-None-Match", "*"}}));
  EXPECT_EQ(made.status, 200U);
  EXPECT_NE(made.body, "");
}

TEST_F(ApiFinish, CompressesWhatIsLargeForWhoTakesIt) {
  have_many();
  const auto plain = get(all);
  ASSERT_GT(plain.body.size(), 1024U);
  const auto zipped = get_with(all, {{"Accept-Encoding", "br, gzip"}});
  EXPECT_THAT(head(zipped), ElementsAre("200", "Content-Encoding: gzip", json, etag, vary, express));
  EXPECT_LT(zipped.body.size(), plain.body.size());
  EXPECT_TRUE(zipped.body.starts_with("\x1F\x8B"));
  EXPECT_EQ(field(zipped, "ETag"), field(plain, "ETag"));
  EXPECT_EQ(get_with(all, {{"Accept-Encoding", "gzip"}}, "HEAD").body, zipped.body) << "of the length of GET";
  for (const auto* refusal : {"identity", "gzip;q=0", "br"})
    EXPECT_EQ(get_with(all, {{"Accept-Encoding", refusal}}).body, plain.body) << refusal;
  EXPECT_EQ(get_with(all, {{"Accept-Encoding", "gzip"}, {"Cache-Control", "no-transform"}}).body, plain.body);
  EXPECT_EQ(get_with(all, {{"Accept-Encoding", "gzip"}, {"If-None-Match", field(plain, "ETag")}}).status, 304U);
}

TEST_F(ApiFinish, DoesNotCompressWhatIsSmallOrVeryLarge) {
  EXPECT_EQ(field(get_with("/", {{"Accept-Encoding", "gzip"}}), "Content-Encoding"), "(none)");
  const auto answer_of = [this](std::size_t bytes) { // Around the address there is always the same.
    const auto around = get("/" + std::string(10, 'x')).body.size() - 11;
    return get_with("/" + std::string(bytes - around - 1, 'x'), {{"Accept-Encoding", "gzip"}});
  };
  constexpr std::size_t mebibyte = 1048576;
  EXPECT_EQ(field(answer_of(1023), "Content-Encoding"), "(none)");
  EXPECT_EQ(answer_of(1023).body.size(), 1023U);
  EXPECT_EQ(field(answer_of(1024), "Content-Encoding"), "gzip");
  EXPECT_EQ(field(answer_of(mebibyte), "Content-Encoding"), "gzip");
  EXPECT_EQ(field(answer_of(mebibyte + 1), "Content-Encoding"), "(none)");
}

TEST_F(ApiFinish, CompressesMetrics) {
  config.prometheus_metrics = true;
  EXPECT_EQ(field(get_with("/metrics", {{"Accept-Encoding", "gzip"}}), "Content-Encoding"), "gzip");
}

} // namespace
} // namespace arauto::app
