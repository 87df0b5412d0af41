#include "tests/support/api_fixture.hpp"

namespace arauto::app {

/// `POST /webhook/evolution`: whose message it is, and who may post it.
class ApiChannel : public api_fixture {
protected:
  void SetUp() override {
    have("a", "ta", R"(,"number":"5511")");
    have("b", "tb", R"(,"number":"5522")");
  }
  http::response send_message(const std::string& body, const std::string& api_key = key,
                              const std::string& query = {}) {
    return post("/webhook/evolution" + query, body, api_key);
  }
  const std::string message = R"({"numberId":"5511","key":{"remoteJid":"1@s"},"message":{}})";
};

TEST_F(ApiChannel, HandsAMessageToTheInstanceWithThatNumber) {
  EXPECT_EQ(send_message(message).status, 0U) << "the answer comes when the events are placed";
  ASSERT_EQ(intake.messages.size(), 1U);
  EXPECT_EQ(intake.messages[0], std::make_pair(std::string{"a"}, message));
  rest().answered({intake.message_slots[0], 4}, 0, "");
  EXPECT_EQ(answers.last[requests].status, 200U);
  EXPECT_EQ(answers.last[requests].body, R"({"status":"success"})");
}

TEST_F(ApiChannel, TakesANumberAsNumberAndAForm) {
  send_message(R"({"numberId":5522,"message":{}})");
  send(request_of("POST", "/webhook/evolution", key, "numberId=5522&pushName=x",
                  {{"Content-Type", "application/x-www-form-urlencoded"}}));
  ASSERT_EQ(intake.messages.size(), 2U);
  EXPECT_EQ(intake.messages[0].first, "b");
  EXPECT_EQ(intake.messages[1].second, R"({"numberId":"5522","pushName":"x"})");
}

TEST_F(ApiChannel, AnswersWithAnEmptyBodyWhenNobodyHasTheNumber) {
  for (const auto* body : {R"({"numberId":"999"})", "{}", R"({"numberId":null})", R"({"numberId":[]})"}) {
    const auto x = send_message(body);
    EXPECT_EQ(x.status, 200U) << body;
    EXPECT_EQ(x.body, "") << body;
  }
  EXPECT_TRUE(intake.messages.empty());
}

/// Known defect A15.
TEST_F(ApiChannel, A15NeedsAKeyUnlessTold) {
  for (const auto* who : {"", "wrong", "tb"})
    EXPECT_EQ(send_message(message, who).body, unauthorized()) << who;
  EXPECT_EQ(send_message(R"({"numberId":"999"})", "tb").body, unauthorized()) << "a token cannot probe for numbers";
  EXPECT_TRUE(intake.messages.empty());
  send_message(message, "ta");
  send_message(message, "", "?apikey=ta");
  EXPECT_EQ(intake.messages.size(), 2U);
  config.webhook_evolution_keyless = true;
  send_message(message, "");
  send_message(message, "tb");
  EXPECT_EQ(intake.messages.size(), 4U);
}

TEST_F(ApiChannel, PassesOnARefusal) {
  send_message(message);
  rest().answered({intake.message_slots[0], 4}, 404, "it was deleted");
  EXPECT_EQ(answers.last[requests].body, error(404, "Not Found", R"(["it was deleted"])"));
  intake.is_full = true;
  const auto full = send_message(message);
  EXPECT_EQ(full.status, 503U);
  EXPECT_EQ(field(full, "Retry-After"), "1");
}

TEST_F(ApiChannel, OtherKindsHaveNoNumberHere) {
  const auto made =
      post("/instance/create", R"({"instanceName":"c","integration":"WHATSAPP-BAILEYS","number":"5533","token":"tc"})");
  ASSERT_EQ(made.status, 201U) << made.body;
  EXPECT_EQ(send_message(R"({"numberId":"5533","message":{}})").body, "");
  EXPECT_TRUE(intake.messages.empty());
}

} // namespace arauto::app
