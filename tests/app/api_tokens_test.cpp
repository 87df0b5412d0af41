#include "actors/identifiers.hpp"
#include "tests/support/api_fixture.hpp"

namespace arauto::app {

class ApiTokens : public api_fixture {
protected:
  http::response put(const std::string& body, const std::string& api_key = key) {
    return send(request_of("PUT", "/instance/token/a", api_key, body));
  }
  http::response ask(const std::string& body, const std::string& api_key = key) {
    return post("/instance/token/a", body, api_key);
  }
  static std::string member(const http::response& x, std::string_view name) {
    const auto members = json::split_object(x.body);
    const auto* at = json::find(*members, name);
    return at != nullptr ? json::as_string(at->value).value_or(std::string{at->value.raw}) : "(none)";
  }
};

TEST_F(ApiTokens, ReplacesATokenByAFreshOrAGivenOne) {
  have("a", "old");
  const auto fresh = put("");
  EXPECT_EQ(fresh.status, 200U);
  EXPECT_EQ(member(fresh, "instance"), R"({"instanceName":"a","instanceId":"id-1"})");
  EXPECT_EQ(member(fresh, "hash").size(), 36U);
  EXPECT_EQ(put("", "old").body, unauthorized());
  EXPECT_EQ(member(put(R"({"token":"chosen"})", member(fresh, "hash")), "hash"), "chosen");
  EXPECT_EQ(put(R"({"token":"again"})", "chosen").status, 200U);
}

TEST_F(ApiTokens, RefusesWhatIsNoToken) {
  have("a", "old");
  for (const auto* body : {R"({"token":""})", R"({"token":7})", R"({"token":null})"})
    EXPECT_EQ(put(body).status, 400U) << body;
  EXPECT_EQ(put(R"({"token":")" + std::string(1025, 'x') + "\"}").status, 400U);
  EXPECT_EQ(put("", "").body, unauthorized());
}

TEST_F(ApiTokens, MakesATokenForABrowser) {
  have("a", "own");
  const auto made = ask(R"({"ttl":60,"events":["CALL","messages.upsert"]})", "own");
  ASSERT_EQ(made.status, 201U) << made.body;
  EXPECT_EQ(member(made, "events"), R"(["CALL","messages.upsert"])");
  const auto read = tokens.read(member(made, "token"));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->instance_name, "a");
  EXPECT_EQ(read->instance_id, "id-1");
  EXPECT_EQ(read->generation, 1U);
  EXPECT_EQ(read->events.size(), 2U);
  EXPECT_GT(read->expires_at_ms, unix_ms() + 50000);
  EXPECT_LE(read->expires_at_ms, unix_ms() + 60000);
  EXPECT_EQ(member(made, "expiresAt"), iso_time(read->expires_at_ms));
}

TEST_F(ApiTokens, AnHourAndAllEventsAreTheDefault) {
  have("a");
  const auto made = ask("{}");
  ASSERT_EQ(made.status, 201U);
  const auto read = tokens.read(member(made, "token"));
  EXPECT_TRUE(read->events.empty());
  EXPECT_GT(read->expires_at_ms, unix_ms() + 3590000);
}

TEST_F(ApiTokens, ABrowserTokenOpensNoRoute) {
  have("a");
  const auto token = member(ask("{}"), "token");
  EXPECT_EQ(get("/instance/connectionState/a", token).body, unauthorized());
  EXPECT_EQ(ask("{}", token).body, unauthorized());
  EXPECT_EQ(post("/event/emit/a", R"({"event":"call","data":1})", token).body, unauthorized());
}

TEST_F(ApiTokens, SaysWhatIsWrongWithAWish) {
  have("a");
  config.browser_token_max_ttl = 100;
  for (const auto* body : {R"({"ttl":0})", R"({"ttl":-1})", R"({"ttl":101})", R"({"ttl":"60"})", R"({"ttl":1.5})"}) {
    const auto x = ask(body);
    EXPECT_EQ(x.status, 400U) << body;
    EXPECT_NE(x.body.find("BROWSER_TOKEN_MAX_TTL"), std::string::npos) << body;
  }
  for (const auto* body : {R"({"events":"CALL"})", R"({"events":["message.upsert"]})", R"({"events":[7]})"})
    EXPECT_EQ(ask(body).status, 400U) << body;
}

} // namespace arauto::app
