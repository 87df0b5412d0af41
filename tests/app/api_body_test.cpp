#include "tests/support/api_fixture.hpp"

namespace arauto::app {
namespace {

/// What is read of a request's body, whatever its route.
class ApiBody : public api_fixture {
protected:
  http::response send_as(const std::string& content_type, const std::string& body,
                         const std::string& target = "/instance/create") {
    return send(request_of("POST", target, key, body, {{"Content-Type", content_type}}));
  }
  static constexpr const char* form = "application/x-www-form-urlencoded";
  static constexpr const char* create = R"({"integration":"EVOLUTION","instanceName":"a"})";
};

TEST_F(ApiBody, ReadsJsonHoweverItsTypeIsSpelt) {
  for (const auto* type :
       {"application/json", "Application/JSON", "application/json;charset=utf-8", "application/json; charset=\"UTF-8\"",
        " application/json ; Charset = utf-8", "application/json; version=1; charset=Utf-8", "application/json;",
        "application/json; xcharset=latin1", "application/json; charset="}) {
    EXPECT_EQ(send_as(type, create).status, 201U) << type;
    EXPECT_EQ(send(request_of("DELETE", "/instance/delete/a", key)).status, 200U);
  }
}

TEST_F(ApiBody, OtherTypesLeaveItEmpty) {
  for (const auto* type : {"text/plain", "text/json", "application/vnd.api+json", "application/jsonp", "json", ";",
                           "application/x-ndjson"}) {
    const auto x = send_as(type, create);
    EXPECT_EQ(x.status, 400U) << type;
    EXPECT_NE(x.body.find("requires property \\\"instanceName\\\""), std::string::npos) << type << x.body;
  }
}

TEST_F(ApiBody, RefusesOtherCharacterSets) {
  for (const auto& [type, name] : {std::pair{"application/json; charset=latin1", "LATIN1"},
                                   {"application/json; a=b; CHARSET=\"utf-7\"", "UTF-7"},
                                   {"application/x-www-form-urlencoded;charset=utf8", "UTF8"}}) {
    const auto x = send_as(type, create);
    EXPECT_EQ(x.status, 415U) << type;
    EXPECT_EQ(x.body,
              error(415, "Unsupported Media Type", R"("unsupported charset \")" + std::string{name} + R"(\"")"));
  }
}

TEST_F(ApiBody, ReadsNestedNamesOfAForm) {
  have("a", "ta", R"(,"number":"5511")");
  send_as(form, "numberId=5511&key[remoteJid]=1%40s&key%5Bid%5D=x&message[conversation]=%22hi%22&list[]=1&list[]=2",
          "/webhook/evolution");
  ASSERT_EQ(intake.messages.size(), 1U);
  EXPECT_EQ(intake.messages[0].second, R"({"numberId":"5511","key":{"remoteJid":"1@s","id":"x"},)"
                                       R"("message":{"conversation":"\"hi\""},"list":["1","2"]})");
}

// Leaves of a form are texts, as with Evolution: a boolean cannot be said that way.
TEST_F(ApiBody, JudgesNestedNamesOfAFormByTheSchema) {
  have("a");
  const auto x = send_as(form, "websocket[enabled]=true&websocket[events][]=CALL", "/websocket/set/a");
  EXPECT_EQ(x.status, 400U);
  EXPECT_NE(x.body.find("websocket.enabled is not of a type(s) boolean"), std::string::npos) << x.body;
  EXPECT_EQ(x.body.find("websocket.events"), std::string::npos) << x.body;
  const auto twice = send_as(form, "integration=EVOLUTION&instanceName=b&instanceName=c");
  EXPECT_EQ(twice.status, 400U);
  EXPECT_NE(twice.body.find("instanceName is not of a type(s) string"), std::string::npos) << twice.body;
}

TEST_F(ApiBody, RefusesFormsOverTheirBounds) {
  std::string many;
  for (int i = 0; i < 1001; ++i)
    many += "a=1&";
  EXPECT_EQ(send_as(form, many).status, 413U);
  std::string deep = "a";
  for (int i = 0; i < 33; ++i)
    deep += "[b]";
  EXPECT_EQ(send_as(form, deep + "=1").status, 400U);
  EXPECT_EQ(send_as(form, std::string(4097, 'a') + "=1").status, 400U);
}

TEST_F(ApiBody, ToleratesOneOnAGet) {
  for (const auto& [type, body] :
       {std::pair{"application/json", R"({"instanceName":"x"})"}, {"text/plain", "{bad"}, {form, "a[b]=c"}})
    EXPECT_EQ(send(request_of("GET", "/instance/fetchInstances", key, body, {{"Content-Type", type}})).body, "[]");
  EXPECT_EQ(send(request_of("GET", "/", key, "{bad")).status, 400U) << "as with Evolution, it is read all the same";
}

TEST_F(ApiBody, TakesCutEmojisInNames) {
  EXPECT_EQ(post("/instance/create", R"({"integration":"EVOLUTION","instanceName":"cut \ud83d"})").status, 201U);
  EXPECT_EQ(get("/instance/connectionState/cut%20%EF%BF%BD").status, 200U);
}

} // namespace
} // namespace arauto::app
