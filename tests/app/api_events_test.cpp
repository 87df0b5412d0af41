#include "tests/support/api_fixture.hpp"

namespace arauto::app {

class ApiEvents : public api_fixture {
protected:
  http::response emit(const std::string& body, const std::string& type = "application/json",
                      const std::string& api_key = key) {
    if (!board.current()->find("a"))
      have("a", "ta");
    return send(request_of("POST", "/event/emit/a", api_key, body, {{"Content-Type", type}}));
  }
  /// The one text of an error answer, in an array or not.
  static std::string reason(const http::response& x) {
    const auto outer = json::split_object(x.body);
    const auto inner = json::split_object(json::find(*outer, "response")->value.raw);
    const auto& message = json::find(*inner, "message")->value;
    if (auto text = json::as_string(message))
      return *text;
    const auto texts = json::split_array(message.raw);
    return texts && texts->size() == 1 ? json::as_string(texts->front()).value() : "(not one text)";
  }
  const emission& taken(std::size_t index) const { return intake.taken.back().events.at(index); }
};

TEST_F(ApiEvents, PassesOneEventOnVerbatim) {
  const auto body = R"( {"event":"messages.upsert", "data" : {"b":1.50,"a":1e+300,"n":12345678901234567890} ,"x":1,)"
                    R"("sender":"5511@s","date_time":"2026-01-01T00:00:00.000Z","server_url":"http:\/\/s"} )";
  EXPECT_EQ(emit(body).status, 0U) << "the answer comes when the events are placed";
  ASSERT_EQ(intake.taken.size(), 1U);
  EXPECT_EQ(intake.taken[0].to, "a");
  ASSERT_EQ(intake.taken[0].events.size(), 1U);
  EXPECT_EQ(taken(0).name, "messages.upsert");
  EXPECT_EQ(taken(0).index, find_event("messages.upsert"));
  EXPECT_EQ(taken(0).data, R"({"b":1.50,"a":1e+300,"n":12345678901234567890})");
  EXPECT_EQ(taken(0).sender, R"("5511@s")");
  EXPECT_EQ(taken(0).date_time, R"("2026-01-01T00:00:00.000Z")");
  EXPECT_EQ(taken(0).server_url, R"("http:\/\/s")");
}

TEST_F(ApiEvents, KeepsDataInsideTheBodyThatItSharesWithTheEvent) {
  emit(R"([{"event":"call","data":1},{"event":"call","data":"x"}])");
  for (std::size_t i = 0; i < 2; ++i) {
    const auto& x = taken(i);
    EXPECT_GE(x.data.data(), x.body->data());
    EXPECT_LE(x.data.data() + x.data.size(), x.body->data() + x.body->size());
    EXPECT_TRUE(x.sender.empty());
  }
  EXPECT_EQ(taken(0).body.get(), taken(1).body.get());
}

TEST_F(ApiEvents, KeepsTheBodyOfAShortRequest) {
  // Short enough for a string without memory of its own: moving it moves its bytes.
  emit(R"({"event":"x","data":1})");
  EXPECT_EQ(taken(0).data, "1");
}

TEST_F(ApiEvents, TakesAnyValueForData) {
  for (const auto* data : {"null", "true", "0", R"("")", "[]", "{}", "[[1],{}]"}) {
    emit(std::string{R"({"event":"call","data":)"} + data + "}");
    EXPECT_EQ(taken(0).data, data);
  }
}

TEST_F(ApiEvents, TakesNamesInEitherSpellingAndCustomOnes) {
  const std::pair<std::string, std::string> rows[] = {
      {"MESSAGES_UPSERT", "messages.upsert"},       {"GROUP_PARTICIPANTS_UPDATE", "group-participants.update"},
      {"GROUPS_UPDATE", "groups.update"},           {"creds.update", "creds.update"},
      {"order.created", "order.created"},           {"x", "x"},
      {std::string(64, 'z'), std::string(64, 'z')},
  };
  for (const auto& [given, wire] : rows) {
    emit(R"({"event":")" + given + R"(","data":1})");
    EXPECT_EQ(taken(0).name, wire);
    EXPECT_EQ(taken(0).index, find_event(wire).value_or(custom_event));
  }
}

TEST_F(ApiEvents, TakesAnArrayAndLinesInOrder) {
  const auto expect_three = [this](const std::string& body, const std::string& type) {
    intake.taken.clear();
    const auto answer = emit(body, type);
    ASSERT_EQ(intake.taken.size(), 1U) << answer.body;
    ASSERT_EQ(intake.taken[0].events.size(), 3U);
    for (std::size_t i = 0; i < 3; ++i)
      EXPECT_EQ(taken(i).data, std::to_string(i + 1));
  };
  const std::string a = R"({"event":"call","data":1})", b = R"({"event":"call","data":2})",
                    c = R"({"event":"x","data":3})";
  expect_three("[" + a + " ,\n" + b + "," + c + "]", "application/json");
  expect_three(a + "\n" + b + "\n" + c, "application/json");
  expect_three(a + "\r\n\r\n" + b + "\r\n" + c + "\r\n", "application/x-ndjson");
  expect_three("\n" + a + "\n" + b + "\n" + c + "\n", "application/x-ndjson; charset=utf-8");
  expect_three("[" + a + "," + b + "," + c + "]", "application/x-www-form-urlencoded");
}

TEST_F(ApiEvents, AnswersWhenTheEventsArePlaced) {
  auto asked = request_of("POST", "/event/emit/a", "ta", R"([{"event":"x","data":1},{"event":"x","data":2}])",
                          {{"Origin", "https://a.example"}});
  have("a", "ta");
  send(std::move(asked));
  rest().answered({intake.taken[0].where, 2}, 202, "");
  const auto& x = answers.last[requests];
  EXPECT_EQ(x.status, 202U);
  EXPECT_EQ(x.body, R"({"accepted":2})");
  EXPECT_EQ(field(x, "Content-Type"), "application/json; charset=utf-8");
  EXPECT_EQ(field(x, "Access-Control-Allow-Origin"), "https://a.example");
  EXPECT_EQ(counters.refused_emits.get(), 0U);
}

TEST_F(ApiEvents, AnswersARefusalOfTheInstance) {
  emit(R"({"event":"x","data":1})");
  rest().answered({intake.taken[0].where, 1}, 404, "the instance was deleted");
  EXPECT_EQ(answers.last[requests].body, error(404, "Not Found", R"(["the instance was deleted"])"));
  rest().answered({intake.taken[0].where, 1}, 503, "the log is late");
  EXPECT_EQ(field(answers.last[requests], "Retry-After"), "1");
  EXPECT_EQ(counters.refused_emits.get(), 2U);
}

TEST_F(ApiEvents, SendsAProducerAwayWhenTooMuchIsUnderWay) {
  intake.is_full = true;
  const auto x = emit(R"({"event":"x","data":1})");
  EXPECT_EQ(x.status, 503U);
  EXPECT_EQ(field(x, "Retry-After"), "1");
  EXPECT_EQ(counters.refused_emits.get(), 1U);
}

TEST_F(ApiEvents, NamesTheEventThatIsWrong) {
  const std::pair<const char*, const char*> rows[] = {
      {R"([{"event":"x","data":1},{"event":"message.upsert","data":1}])",
       R"(event[1]: unknown event "message.upsert"; near names: messages.upsert, messages.set, messages.update)"},
      {R"({"event":"Two Words","data":1})",
       R"(event[0]: unknown event "Two Words"; a custom name is 1 to 64 of a-z, 0-9, ".", "_" and "-", the first a letter or digit)"},
      {R"({"event":7,"data":1})", R"(event[0]: "event" must be a string)"},
      {R"({"data":1})", R"(event[0]: "event" is missing)"},
      {R"([{"event":"x","data":1},{"event":"x"}])", R"(event[1]: "data" is missing; any JSON value will do)"},
      {R"({"event":"x","data":1,"sender":1})", R"(event[0]: "sender" must be a string)"},
      {R"({"event":"x","data":1,"date_time":{}})", R"(event[0]: "date_time" must be a string)"},
      {R"({"event":"x","data":1,"server_url":false})", R"(event[0]: "server_url" must be a string)"},
      {R"([{"event":"x","data":1},[{"event":"x","data":1}]])", "event[1]: an object is expected"},
      {"{\"event\":\"x\",\"data\":1}\n7", "event[1]: an object is expected"},
      {"[]", "The body holds no event: send an object, an array of objects, or one per line"},
      {" \n ", "The body holds no event: send an object, an array of objects, or one per line"},
  };
  for (const auto& [body, text] : rows) {
    const auto x = emit(body);
    EXPECT_EQ(x.status, 400U) << body;
    EXPECT_EQ(reason(x), text) << body;
  }
  EXPECT_TRUE(intake.taken.empty()) << "a batch is accepted whole or not at all";
  EXPECT_EQ(counters.refused_emits.get(), std::size(rows));
}

TEST_F(ApiEvents, LeavesReservedNamesToSocketIo) {
  for (const auto* name : {"connect", "connect_error", "disconnect", "disconnecting"})
    EXPECT_EQ(emit(std::string{R"({"event":")"} + name + R"(","data":1})").status, 400U) << name;
}

TEST_F(ApiEvents, CutsLongNamesInItsAnswer) {
  const auto x = emit(R"({"event":")" + std::string(100000, 'A') + R"(","data":1})");
  EXPECT_EQ(x.status, 400U);
  EXPECT_LT(x.body.size(), 400U);
}

TEST_F(ApiEvents, SaysWhereABodyIsBroken) {
  const std::pair<std::string, const char*> rows[] = {
      {R"({"event":"call","data":{"a":1,}})", "JSON syntax error at byte 30: "},
      {R"({"event":"call","data":{}} {})", "JSON syntax error at byte 27: "},
      {R"({"event":"call","data":{})", "JSON syntax error at byte 25: "},
      {R"("call")", "JSON syntax error at byte 0: "},
      {" 17", "JSON syntax error at byte 1: "},
      {R"([{"event":"call","data":NaN}])", "JSON syntax error at byte 24: "},
      {"{\"event\":\"call\",\"data\":\"\xFF\"}", "JSON syntax error at byte "},
      {R"({"event":"x","data":)" + std::string(1000, '[') + std::string(1000, ']') + "}", "JSON syntax error at byte "},
      {"{\"event\":\"x\",\"data\":1}\n{\"event\":", "event[1]: JSON syntax error at byte 32: "},
  };
  for (const auto& [body, start] : rows) {
    const auto x = emit(body);
    EXPECT_EQ(x.status, 400U) << body;
    EXPECT_EQ(reason(x).substr(0, std::string_view{start}.size()), start) << x.body;
  }
  EXPECT_TRUE(intake.taken.empty());
}

TEST_F(ApiEvents, BoundsTheEventsOfARequest) {
  std::string line = R"({"event":"x","data":1})", lines = line, array = "[" + line;
  for (int i = 1; i < 10000; ++i) {
    lines += "\n" + line;
    array += "," + line;
  }
  emit(array + "]");
  emit(lines + "\n");
  ASSERT_EQ(intake.taken.size(), 2U);
  EXPECT_EQ(intake.taken[0].events.size(), 10000U);
  EXPECT_EQ(intake.taken[1].events.size(), 10000U);
  for (const auto& body : {array + "," + line + "]", lines + "\n" + line}) {
    const auto x = emit(body);
    EXPECT_EQ(x.status, 413U);
    EXPECT_EQ(reason(x), "More than 10000 events in one request");
  }
}

TEST_F(ApiEvents, TakesTheGlobalKeyAndTheInstancesToken) {
  have("b", "tb");
  const auto body = R"({"event":"x","data":1})";
  EXPECT_EQ(emit(body, "application/json", key).status, 0U);
  EXPECT_EQ(emit(body, "application/json", "ta").status, 0U);
  EXPECT_EQ(intake.taken.size(), 2U);
  for (const auto* api_key : {"", "wrong", "tb"})
    EXPECT_EQ(emit(body, "application/json", api_key).body, unauthorized()) << api_key;
  EXPECT_EQ(emit("{broken", "application/json", "wrong").body, unauthorized()) << "a stranger's body is not even read";
  EXPECT_EQ(post("/event/emit/ghost", body).body,
            error(404, "Not Found", R"(["The \"ghost\" instance does not exist"])"));
  EXPECT_EQ(post("/event/emit/ghost", body, "ta").status, 401U);
  EXPECT_EQ(intake.taken.size(), 2U);
}

TEST_F(ApiEvents, EmitsAlsoWhileTheWebsocketIsOff) {
  config.websocket_enabled = false;
  emit(R"({"event":"x","data":1})");
  EXPECT_EQ(intake.taken.size(), 1U);
}

TEST_F(ApiEvents, RefusesOtherEncodings) {
  EXPECT_EQ(emit(R"({"event":"x","data":1})", "application/json; charset=utf-16").status, 415U);
  EXPECT_TRUE(intake.taken.empty());
}

} // namespace arauto::app
