#include "tests/support/api_fixture.hpp"

namespace arauto::app {

/// Recorded in rest-webhook; the replay compares the rest.
class ApiWebhook : public api_fixture {
protected:
  http::response set(const std::string& body) { return post("/webhook/set/wh1", body); }
  static std::string schema(const std::string& texts) { return error(400, "Bad Request", "[[" + texts + "]]"); }
};

TEST_F(ApiWebhook, KeepsWhatASetLeavesOut) {
  have("wh1");
  EXPECT_EQ(get("/webhook/find/wh1").body, "null");
  const auto full =
      set(R"({"webhook":{"enabled":true,"url":"http://h/","headers":{"authorization":"Bearer x","x-y":"1"},)"
          R"("byEvents":false,"base64":true,"events":["CALL"]}})");
  EXPECT_EQ(full.status, 201U);
  EXPECT_EQ(full.body, R"({"id":"row-set","url":"http://h/","headers":{"x-y":"1","authorization":"Bearer x"},)"
                       R"("enabled":true,"events":["CALL"],"webhookByEvents":false,"webhookBase64":true,)"
                       R"("createdAt":"2026-11-22T11:51:29.748Z","updatedAt":"2026-11-22T11:51:29.748Z",)"
                       R"("instanceId":"id-1"})");
  EXPECT_EQ(get("/webhook/find/wh1").body, full.body);
  const auto less = set(R"({"webhook":{"enabled":false,"url":"","events":["CALL"]}})");
  EXPECT_NE(less.body.find(R"("url":"","headers":{"x-y":"1","authorization":"Bearer x"},"enabled":false,"events":[],)"
                           R"("webhookByEvents":false,"webhookBase64":true)"),
            std::string::npos)
      << less.body;
}

TEST_F(ApiWebhook, NamesEverythingThatIsWrong) {
  have("wh1");
  const std::pair<const char*, const char*> rows[] = {
      {"{}", R"("instance requires property \"webhook\"")"},
      {R"({"webhook":null})", R"("webhook is not of a type(s) object")"},
      {R"({"webhook":{"enabled":true}})", R"("webhook requires property \"url\"")"},
      {R"({"webhook":{"enabled":false,"url":""}})", R"("The \"url\" cannot be empty")"},
      {R"({"webhook":{"enabled":"x","url":5,"headers":"h","byEvents":"n","base64":0,"events":7}})",
       R"("webhook.enabled is not of a type(s) boolean","webhook.url is not of a type(s) string",)"
       R"("webhook.headers is not of a type(s) object","webhook.byEvents is not of a type(s) boolean",)"
       R"("webhook.base64 is not of a type(s) boolean","webhook.events is not of a type(s) array")"},
  };
  for (const auto& [body, texts] : rows)
    EXPECT_EQ(set(body).body, schema(texts)) << body;
}

TEST_F(ApiWebhook, IsStoredWithANewInstance) {
  have("wh1", "t", R"(,"webhook":{"enabled":true,"url":"http://h/","byEvents":true,"events":["CALL"]})");
  const auto found = get("/webhook/find/wh1").body;
  EXPECT_NE(found.find(R"("url":"http://h/","headers":null,"enabled":true,"events":["CALL"],"webhookByEvents":true)"),
            std::string::npos)
      << found;
}

TEST_F(ApiWebhook, BrokersTakeSettingsAndKeepNothing) {
  have("wh1", "t");
  for (const std::string broker : {"rabbitmq", "nats", "sqs", "kafka"}) {
    const auto set_it = post("/" + broker + "/set/wh1", "{\"" + broker + R"(":{"enabled":true,"events":[]}})", "t");
    EXPECT_EQ(set_it.status, 201U);
    EXPECT_EQ(set_it.body, "");
    EXPECT_EQ(get("/" + broker + "/find/wh1").body, "");
    EXPECT_EQ(post("/" + broker + "/set/wh1", "{\"" + broker + R"(":7})").status, 400U);
    EXPECT_EQ(post("/" + broker + "/set/wh1", "{}", "wrong").status, 401U);
  }
}

} // namespace arauto::app
