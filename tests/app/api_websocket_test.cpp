#include "tests/support/api_fixture.hpp"

namespace arauto::app {

namespace {

constexpr auto all_events =
    R"(["APPLICATION_STARTUP","QRCODE_UPDATED","MESSAGES_SET","MESSAGES_UPSERT","MESSAGES_EDITED","MESSAGES_UPDATE",)"
    R"("MESSAGES_DELETE","SEND_MESSAGE","SEND_MESSAGE_UPDATE","CONTACTS_SET","CONTACTS_UPSERT","CONTACTS_UPDATE",)"
    R"("PRESENCE_UPDATE","CHATS_SET","CHATS_UPSERT","CHATS_UPDATE","CHATS_DELETE","GROUPS_UPSERT","GROUP_UPDATE",)"
    R"("GROUP_PARTICIPANTS_UPDATE","CONNECTION_UPDATE","LABELS_EDIT","LABELS_ASSOCIATION","CALL","TYPEBOT_START",)"
    R"("TYPEBOT_CHANGE_STATUS","REMOVE_INSTANCE","LOGOUT_INSTANCE","INSTANCE_CREATE","INSTANCE_DELETE",)"
    R"("STATUS_INSTANCE"])";

std::string enum_text(const std::string& path) {
  std::string names = all_events;
  std::erase_if(names, [](char c) { return c == '"' || c == '[' || c == ']'; });
  return path + " is not one of enum values: " + names;
}

std::string row_json(const std::string& enabled, const std::string& events) {
  return R"({"id":"row-set","enabled":)" + enabled + R"(,"events":)" + events +
         R"(,"createdAt":"2026-11-22T11:51:29.730Z","updatedAt":"2026-11-22T11:51:29.748Z","instanceId":"id-1"})";
}

} // namespace

class ApiWebsocket : public api_fixture {
protected:
  http::response set(const std::string& body, const std::string& api_key = key) {
    return post("/websocket/set/ws1", body, api_key);
  }
  static std::string schema(const std::string& texts) { return error(400, "Bad Request", "[[" + texts + "]]"); }
};

TEST_F(ApiWebsocket, FindsNullBeforeAnySet) {
  have("ws1");
  const auto x = get("/websocket/find/ws1");
  EXPECT_EQ(x.status, 200U);
  EXPECT_EQ(x.body, "null");
}

TEST_F(ApiWebsocket, AnswersSetWithTheRowThatFindShows) {
  have("ws1");
  struct row {
    const char* body;
    const char* enabled;
    const char* events;
  };
  const row rows[] = {
      {R"({"websocket":{"enabled":true,"events":[]}})", "true", all_events},
      {R"({"websocket":{"enabled":true}})", "true", all_events},
      {R"({"websocket":{"enabled":true,"events":["MESSAGES_UPSERT","CALL"]}})", "true",
       R"(["MESSAGES_UPSERT","CALL"])"},
      {R"({"websocket":{"enabled":true,"events":["CALL","CALL"]}})", "true", R"(["CALL","CALL"])"},
      {R"({"websocket":{"enabled":true,"events":["GROUPS_UPDATE"]}})", "true", R"(["GROUPS_UPDATE"])"},
      {R"({"websocket":{"enabled":false}})", "false", "[]"},
      {R"({"websocket":{"enabled":false,"events":["CALL"]}})", "false", "[]"},
      {R"({"websocket":{"enabled":true,"events":["CALL"],"foo":1},"other":2})", "true", R"(["CALL"])"},
  };
  for (const auto& x : rows) {
    const auto made = set(x.body);
    EXPECT_EQ(made.status, 201U) << x.body;
    EXPECT_EQ(made.body, row_json(x.enabled, x.events));
    EXPECT_EQ(get("/websocket/find/ws1").body, made.body);
  }
}

TEST_F(ApiWebsocket, KeepsWhatTheLogDoesWithTheEvents) {
  have("ws1", "wtok1");
  const auto silent = post("/websocket/set/ws1", R"({"websocket":{"enabled":true,"events":["CALL"],"log":true}})");
  EXPECT_EQ(silent.body.find("log"), std::string::npos) << "as Evolution's, while it says nothing else";
  const auto set = post("/websocket/set/ws1", R"({"websocket":{"enabled":true,"log":false,"recovery":true}})");
  EXPECT_EQ(set.status, 201U);
  EXPECT_TRUE(set.body.ends_with(R"(,"log":false,"recovery":true})")) << set.body;
  const auto later = post("/websocket/set/ws1", R"({"websocket":{"enabled":true,"events":["CALL"]}})");
  EXPECT_TRUE(later.body.ends_with(R"(,"log":false,"recovery":true})")) << "what is absent stays";
  const auto wrong = post("/websocket/set/ws1", R"({"websocket":{"enabled":true,"log":"no","recovery":1}})");
  EXPECT_EQ(wrong.status, 400U);
  EXPECT_NE(wrong.body.find("websocket.log is not of a type(s) boolean"), std::string::npos);
  EXPECT_NE(wrong.body.find("websocket.recovery is not of a type(s) boolean"), std::string::npos);
  have("ws3", "wtok3", R"(,"websocket":{"enabled":true,"log":false})");
  EXPECT_TRUE(get("/websocket/find/ws3").body.ends_with(R"(,"log":false})"));
}

TEST_F(ApiWebsocket, OpensToTheInstancesOwnToken) {
  have("ws1", "wtok1");
  have("ws2", "wtok2");
  const auto body = R"({"websocket":{"enabled":true,"events":["CALL"]}})";
  EXPECT_EQ(set(body, "wtok1").status, 201U);
  EXPECT_EQ(get("/websocket/find/ws1", "wtok1").status, 200U);
  for (const auto* api_key : {"", "wrong", "wtok2"}) {
    EXPECT_EQ(set(body, api_key).body, unauthorized()) << api_key;
    EXPECT_EQ(get("/websocket/find/ws1", api_key).body, unauthorized()) << api_key;
  }
}

TEST_F(ApiWebsocket, IsNotPointedElsewhereByTheQuery) {
  have("ws1", "wtok1");
  have("ws2", "wtok2");
  const auto x =
      post("/websocket/set/ws1?instanceName=ws2", R"({"websocket":{"enabled":true,"events":["CALL"]}})", "wtok1");
  EXPECT_EQ(x.status, 201U);
  EXPECT_EQ(get("/websocket/find/ws2").body, "null");
  EXPECT_NE(get("/websocket/find/ws1?instanceName=ws2", "wtok1").body, "null");
}

TEST_F(ApiWebsocket, TellsOfAnUnknownInstanceTheGlobalKeyOnly) {
  have("ws1", "wtok1");
  const auto body = R"({"websocket":{"enabled":true,"events":[]}})";
  EXPECT_EQ(post("/websocket/set/ghost", body).body,
            error(404, "Not Found", R"(["The \"ghost\" instance does not exist"])"));
  EXPECT_EQ(get("/websocket/find/ghost").status, 404U);
  EXPECT_EQ(get("/websocket/find/ghost?x=/instance/fetchInstances").status, 404U);
  for (const auto* api_key : {"", "wrong", "wtok1"}) {
    EXPECT_EQ(post("/websocket/set/ghost", body, api_key).body, unauthorized()) << api_key;
    EXPECT_EQ(get("/websocket/find/ghost", api_key).body, unauthorized()) << api_key;
  }
}

TEST_F(ApiWebsocket, NamesEveryViolationInTheRecordedWords) {
  have("ws1");
  const auto missing = R"("instance requires property \"websocket\"")";
  const auto no_boolean = R"("websocket.enabled is not of a type(s) boolean",)"
                          R"("websocket.enabled is not one of enum values: true,false")";
  const std::pair<const char*, std::string> rows[] = {
      {"{}", missing},
      {R"({"enabled":true,"events":[]})", missing},
      {"[1]", missing},
      {R"({"websocket":null})", R"("websocket is not of a type(s) object")"},
      {R"({"websocket":[]})", R"("websocket is not of a type(s) object")"},
      {R"({"websocket":"yes"})", R"("websocket is not of a type(s) object")"},
      {R"({"websocket":{"events":["CALL"]}})", R"("websocket requires property \"enabled\"")"},
      {R"({"websocket":{"enabled":"true","events":[]}})", no_boolean},
      {R"({"websocket":{"enabled":1,"events":[]}})", no_boolean},
      {R"({"websocket":{"enabled":true,"events":"CALL"}})", R"("websocket.events is not of a type(s) array")"},
      {R"({"websocket":{"enabled":true,"events":{}}})", R"("websocket.events is not of a type(s) array")"},
      {R"({"websocket":{"enabled":true,"events":["messages.upsert"]}})",
       "\"" + enum_text("websocket.events[0]") + "\""},
      {R"({"websocket":{"enabled":true,"events":["FOO","CALL","BAR"]}})",
       "\"" + enum_text("websocket.events[0]") + "\",\"" + enum_text("websocket.events[2]") + "\""},
      {R"({"websocket":{"enabled":"x","events":["FOO",3]}})",
       std::string{no_boolean} + ",\"" + enum_text("websocket.events[0]") +
           R"(","websocket.events[1] is not of a type(s) string",")" + enum_text("websocket.events[1]") + "\""},
      {R"({"websocket":{"enabled":true},"nats":{"enabled":1}})",
       R"("nats.enabled is not of a type(s) boolean","nats.enabled is not one of enum values: true,false")"},
  };
  for (const auto& [body, texts] : rows) {
    const auto x = set(body);
    EXPECT_EQ(x.status, 400U) << body;
    EXPECT_EQ(x.body, schema(texts)) << body;
  }
  EXPECT_EQ(get("/websocket/find/ws1").body, "null");
}

TEST_F(ApiWebsocket, BoundsTheListOfEvents) {
  have("ws1");
  std::string events = "1";
  for (int i = 0; i < 100000; ++i)
    events += ",1";
  const auto x = set(R"({"websocket":{"enabled":true,"events":[)" + events + "]}}");
  EXPECT_EQ(x.body, schema(R"("websocket.events does not meet maximum length of 200")"));
}

TEST_F(ApiWebsocket, TakesNoMembersFromABodyOfAnotherType) {
  have("ws1");
  const auto x = send(request_of("POST", "/websocket/set/ws1", key, R"({"websocket":{"enabled":true}})",
                                 {{"Content-Type", "text/plain"}}));
  EXPECT_EQ(x.body, schema(R"("instance requires property \"websocket\"")"));
}

TEST_F(ApiWebsocket, SaysThatTheTransportIsOff) {
  config.websocket_enabled = false;
  have("ws1");
  const auto x = set(R"({"websocket":{"enabled":true,"events":[]}})");
  EXPECT_EQ(x.status, 400U);
  EXPECT_NE(x.body.find("WEBSOCKET_ENABLED"), std::string::npos);
  EXPECT_EQ(set(R"({"websocket":{"enabled":"x"}})").body.find("WEBSOCKET_ENABLED"), std::string::npos);
  const auto found = get("/websocket/find/ws1");
  EXPECT_EQ(found.status, 200U);
  EXPECT_EQ(found.body, "");
}

TEST_F(ApiWebsocket, AnswersWhatTheRegistryRefused) {
  have("ws1");
  const auto body = R"({"websocket":{"enabled":true}})";
  admin.refuse_with = instance_answer{nullptr, refusal::not_found, {}};
  EXPECT_EQ(set(body).body, error(404, "Not Found", R"(["The \"ws1\" instance does not exist"])"));
  admin.refuse_with = instance_answer{nullptr, refusal::storage_failure, "the disk is full"};
  EXPECT_EQ(set(body).body, error(500, "Internal Server Error", R"(["the disk is full"])"));
  admin.refuse_with = instance_answer{nullptr, refusal::no_answer, "the registry did not answer in time"};
  const auto late = set(body);
  EXPECT_EQ(late.status, 503U);
  EXPECT_EQ(field(late, "Retry-After"), "1");
}

} // namespace arauto::app
