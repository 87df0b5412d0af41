#include "tests/support/api_fixture.hpp"

namespace arauto::app {

/// `POST /webhook/relay`: who may post what, and what becomes of it. The recorded webhooks are relayed end to end.
class ApiRelay : public api_fixture {
protected:
  void SetUp() override {
    have("a", "ta");
    have("b", "tb");
  }
  http::response relay(const std::string& body, const std::string& api_key = key, const std::string& more_path = {}) {
    return post("/webhook/relay" + more_path, body, api_key);
  }
  /// Ends what the last relay began.
  http::response settle(unsigned status = 0, std::string_view failure = {}) {
    rest().answered({intake.taken.back().where, 1}, status, failure);
    return answers.last[requests];
  }
  const emission& taken() const { return intake.taken.back().events.front(); }
  static std::string hook(const std::string& more, const std::string& instance = "a") {
    return R"({"event":"messages.upsert","instance":")" + instance + R"(","data":{"n":1.50,"u":"\u0041"})" + more + "}";
  }
};

TEST_F(ApiRelay, PassesTheParts) {
  EXPECT_EQ(relay(hook(R"(,"destination":"http://h/","date_time":"2026-01-01T00:00:00.000Z","sender":"5511@s",)"
                       R"("server_url":"http://s","apikey":"x","local":{"k":[1]},"origin":"o")"))
                .status,
            0U);
  ASSERT_EQ(intake.taken.size(), 1U);
  EXPECT_EQ(intake.taken[0].to, "a");
  EXPECT_EQ(taken().name, "messages.upsert");
  EXPECT_EQ(taken().data, R"({"n":1.50,"u":"\u0041"})");
  EXPECT_EQ(taken().date_time, R"("2026-01-01T00:00:00.000Z")");
  EXPECT_EQ(taken().sender, R"("5511@s")");
  EXPECT_EQ(taken().server_url, R"("http://s")");
  EXPECT_EQ(taken().more, R"(,"local":{"k":[1]},"origin":"o")");
  const auto done = settle();
  EXPECT_EQ(done.status, 202U);
  EXPECT_EQ(done.body, R"({"accepted":1})");
  EXPECT_EQ(counters.relayed_events.get(), 1U);
}

TEST_F(ApiRelay, TakesByEventsPathsAndCustomNames) {
  relay(hook(""), key, "/messages-upsert");
  relay(R"({"event":"my.own-event","instance":"a"})", key, "/whatever");
  ASSERT_EQ(intake.taken.size(), 2U);
  EXPECT_EQ(taken().name, "my.own-event");
  EXPECT_EQ(taken().data, "null");
  EXPECT_EQ(relay(hook(""), key, "/one/two").status, 404U);
}

TEST_F(ApiRelay, TakesAnEventOnce) {
  relay(hook(R"(,"destination":"http://instance/")"));
  settle();
  const auto again = relay(hook(R"(,"destination":"http://global/")"));
  EXPECT_EQ(again.status, 200U);
  EXPECT_EQ(again.body, R"({"accepted":0,"duplicate":true})");
  EXPECT_EQ(counters.relay_duplicates.get(), 1U);
  relay(hook(R"(,"date_time":"2026-01-01T00:00:00.000Z")"));
  EXPECT_EQ(intake.taken.size(), 2U) << "another time is another event";
}

TEST_F(ApiRelay, TakesARefusedEventAgain) {
  relay(hook(""));
  EXPECT_EQ(settle(503, "the log is late").status, 503U);
  relay(hook(""));
  EXPECT_EQ(intake.taken.size(), 2U);
  EXPECT_EQ(settle().status, 202U);
  intake.is_full = true;
  EXPECT_EQ(relay(hook("", "b")).status, 503U);
  intake.is_full = false;
  relay(hook("", "b"));
  EXPECT_EQ(intake.taken.size(), 3U);
}

TEST_F(ApiRelay, NeedsAKeyOfThatInstance) {
  for (const auto* who : {"", "wrong", "tb"})
    EXPECT_EQ(relay(hook(""), who).body, unauthorized()) << who;
  EXPECT_EQ(relay(hook("", "ghost"), "tb").body, unauthorized()) << "a token cannot probe for names";
  EXPECT_TRUE(intake.taken.empty());
  relay(hook(""), "ta");
  relay(hook(R"(,"x":1)"), "", "?apikey=ta");
  EXPECT_EQ(intake.taken.size(), 2U);
}

TEST_F(ApiRelay, AsksForAnotherTryWhenTheInstanceIsUnknown) {
  for (int i = 0; i < 2; ++i) { // Not remembered: the second try is no duplicate.
    const auto x = relay(hook("", "ghost"));
    EXPECT_EQ(x.status, 503U);
    EXPECT_EQ(field(x, "Retry-After"), "1");
    EXPECT_NE(x.body.find("RELAY_AUTO_CREATE"), std::string::npos);
  }
}

TEST_F(ApiRelay, CreatesAnInstanceWhenTold) {
  config.relay_auto_create = true;
  EXPECT_EQ(relay(hook(R"(,"apikey":"tg")", "ghost"), "tb").body, unauthorized());
  relay(hook(R"(,"apikey":"tg")", "ghost"));
  ASSERT_EQ(intake.taken.size(), 1U);
  EXPECT_EQ(intake.taken[0].to, "ghost");
  const auto made = board.current()->find("ghost");
  EXPECT_EQ(made->record->token, "tg");
  EXPECT_EQ(made->record->integration, "WHATSAPP-BAILEYS");
  EXPECT_TRUE(made->record->websocket->enabled);
  relay(hook(R"(,"apikey":"ta")", "other"));
  EXPECT_NE(board.current()->find("other")->record->token, "ta") << "a token opens one instance";
  EXPECT_EQ(relay(hook("", "a/b")).status, 400U);
}

TEST_F(ApiRelay, FollowsTheConnectionOfItsInstance) {
  const auto say = [this](const std::string& state) {
    relay(R"({"event":"connection.update","instance":"a","data":{"state":")" + state + "\"}}");
    settle();
    return board.current()->find("a")->record->connection_status;
  };
  EXPECT_EQ(say("connecting"), "connecting");
  EXPECT_EQ(say("refused"), "close");
  EXPECT_EQ(say("open"), "open");
  EXPECT_EQ(say("strange"), "open");
}

/// Known defect B20: Evolution sends `messages.edited` for every protocol message.
TEST_F(ApiRelay, B20DropsEditsThatEditNothingUnlessTold) {
  const std::string mere = R"({"event":"messages.edited","instance":"a","data":{"key":{},"type":0}})";
  const auto dropped = relay(mere);
  EXPECT_EQ(dropped.status, 200U);
  EXPECT_EQ(dropped.body, R"({"accepted":0})");
  EXPECT_EQ(counters.relay_drops.get(), 1U);
  relay(R"({"event":"messages.edited","instance":"a","data":{"key":{},"type":14,"editedMessage":{}}})");
  EXPECT_EQ(intake.taken.size(), 1U);
  config.relay_every_protocol_message = true;
  relay(mere);
  EXPECT_EQ(intake.taken.size(), 2U);
}

TEST_F(ApiRelay, TakesErrorReportsAndTellsNobody) {
  const auto x = relay(R"({"event":"error","data":{"status":404},"api_key":"k"})");
  EXPECT_EQ(x.status, 200U);
  EXPECT_EQ(x.body, R"({"accepted":0})");
  EXPECT_TRUE(intake.taken.empty());
}

TEST_F(ApiRelay, SaysWhatIsNoWebhook) {
  const std::pair<const char*, const char*> rows[] = {
      {R"({"instance":"a"})", "\\\"event\\\" is missing"},
      {R"({"event":7,"instance":"a"})", "\\\"event\\\" is missing"},
      {R"({"event":"Two Words","instance":"a"})", "no name of an event"},
      {R"({"event":"call"})", "\\\"instance\\\" is missing"},
      {R"({"event":"call","instance":"a","date_time":7})", "\\\"date_time\\\" must be a string"},
      {R"({"event":"call",)", "JSON syntax error at byte"},
      {"[]", "An object"},
      {"", "JSON syntax error"},
  };
  for (const auto& [body, text] : rows) {
    const auto x = relay(body);
    EXPECT_EQ(x.status, 400U) << body;
    EXPECT_NE(x.body.find(text), std::string::npos) << body << x.body;
  }
  EXPECT_EQ(counters.refused_emits.get(), std::size(rows));
}

TEST_F(ApiRelay, ReadsLargeBodiesForThoseWithAKeyOnly) {
  config.relay_jwt_key = "secret";
  const auto limit = [this](const std::string& path, const std::string& who) {
    return rest().body_limit(request_of("POST", path, who, "", {{"Content-Length", "100000000"}}));
  };
  EXPECT_EQ(limit("/webhook/relay", key), config.http_max_webhook_body);
  EXPECT_EQ(limit("/webhook/relay/messages-upsert", "ta"), config.http_max_webhook_body);
  EXPECT_EQ(limit("/webhook/relay?apikey=ta", ""), config.http_max_webhook_body);
  EXPECT_EQ(limit("/webhook/relay?apikey=no", ""), config.http_max_body_without_key);
  EXPECT_EQ(limit("/webhook/evolution", ""), config.http_max_body_without_key);
  EXPECT_EQ(limit("/webhook/evolution?apikey=ta", ""), config.http_max_webhook_body);
  EXPECT_EQ(limit("/instance/create", key), config.http_max_body);
  config.webhook_evolution_keyless = true;
  EXPECT_EQ(limit("/webhook/evolution", ""), config.http_max_webhook_body);
}

} // namespace arauto::app
