#include "tests/support/api_fixture.hpp"

namespace arauto::app {

class ApiInstanceState : public api_fixture {
protected:
  http::response log_out(const std::string& name) {
    return send(request_of("DELETE", "/instance/logout/" + name, key));
  }
  static std::string state(const std::string& x) { return R"({"instance":{"instanceName":"a","state":")" + x + "\"}}"; }
};

TEST_F(ApiInstanceState, LogsOutOnceAndOpensAgain) {
  have("a");
  const auto done = log_out("a");
  EXPECT_EQ(done.status, 200U);
  EXPECT_EQ(done.body, R"({"status":"SUCCESS","error":false,"response":{"message":"Instance logged out"}})");
  EXPECT_EQ(get("/instance/connectionState/a").body, state("close"));
  EXPECT_EQ(log_out("a").body, error(400, "Bad Request", R"(["The \"a\" instance is not connected"])"));
  EXPECT_EQ(get("/instance/connect/a").body, state("open")) << "B18: a closed instance can be opened";
  log_out("a");
  EXPECT_EQ(post("/instance/restart/a", "").body, state("open"));
  EXPECT_EQ(get("/instance/connectionState/a").body, state("open"));
}

TEST_F(ApiInstanceState, AnswersForAnOpenInstanceAsForItsState) {
  have("a");
  EXPECT_EQ(get("/instance/connect/a?number=5511").body, state("open"));
  EXPECT_EQ(post("/instance/restart/a", "{}").body, state("open"));
}

TEST_F(ApiInstanceState, CannotOpenWhatAnotherServerConnects) {
  const auto made = post("/instance/create", R"({"instanceName":"a","integration":"WHATSAPP-BAILEYS"})");
  ASSERT_EQ(made.status, 201U) << made.body;
  const auto refused = get("/instance/connect/a");
  EXPECT_EQ(refused.status, 400U);
  EXPECT_NE(refused.body.find("connect it at the Evolution API"), std::string::npos) << refused.body;
}

TEST_F(ApiInstanceState, ChecksAPresenceAndSendsNone) {
  have("a");
  const auto presence = [this](const std::string& body) { return post("/instance/setPresence/a", body).body; };
  EXPECT_EQ(presence("{}"), error(400, "Bad Request", R"([["instance requires property \"presence\""]])"));
  EXPECT_EQ(presence(R"({"presence":"away"})"),
            error(400, "Bad Request",
                  R"([["presence is not one of enum values: unavailable,available,composing,recording,paused"]])"));
  EXPECT_EQ(presence(R"({"presence":"available"})"),
            error(400, "Bad Request", R"(["Method not available on Evolution Channel"])"));
}

TEST_F(ApiInstanceState, NeedsAKeyThatOpensTheInstance) {
  have("a", "ta");
  have("b", "tb");
  for (const auto& [method, path] : {std::pair{"GET", "/instance/connect/a"},
                                     {"POST", "/instance/restart/a"},
                                     {"POST", "/instance/setPresence/a"},
                                     {"DELETE", "/instance/logout/a"}})
    for (const auto* who : {"", "tb", "wrong"})
      EXPECT_EQ(send(request_of(method, path, who)).body, unauthorized()) << method << path << who;
  EXPECT_EQ(get("/instance/connectionState/a").body, state("open"));
}

TEST_F(ApiInstanceState, VerifiesTheGlobalKey) {
  have("a", "ta");
  EXPECT_EQ(post("/verify-creds", "{}").body, R"({"status":200,"message":"Credentials are valid"})");
  EXPECT_EQ(post("/verify-creds", "{}", "ta").body, unauthorized());
}

/// Known defect A7: names can be probed without a key.
TEST_F(ApiInstanceState, A7HidesNamesUnlessTold) {
  have("a", "ta");
  EXPECT_EQ(get("/instance/connectionState/ghost", "").body, unauthorized());
  EXPECT_EQ(get("/instance/connectionState/ghost", "ta").body, unauthorized());
  EXPECT_EQ(post("/instance/create", R"({"instanceName":"a"})", "wrong").body, unauthorized());
  config.rest_names_before_key = true;
  EXPECT_EQ(get("/instance/connectionState/ghost", "").status, 404U);
  EXPECT_EQ(get("/instance/connectionState/a", "").body, unauthorized());
  EXPECT_EQ(post("/instance/create", R"({"instanceName":"a"})", "wrong").status, 403U);
}

} // namespace arauto::app
