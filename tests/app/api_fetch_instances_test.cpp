#include "tests/support/api_fixture.hpp"

namespace arauto::app {

class ApiFetchInstances : public api_fixture {
protected:
  http::response fetch(const std::string& query = {}, const std::string& api_key = key) {
    return get("/instance/fetchInstances" + query, api_key);
  }

  /// Names in the answer, in order.
  static std::string names(const http::response& x) {
    std::string found;
    const auto elements = json::split_array(x.body);
    if (!elements)
      return "(no array)";
    for (const auto& element : *elements) {
      const auto members = json::split_object(element.raw);
      found += (found.empty() ? "" : " ") + json::as_string(json::find(*members, "name")->value).value();
    }
    return found;
  }
};

TEST_F(ApiFetchInstances, ShowsAnElementInTheRecordedShape) {
  config.fetch_instances_show_tokens = true;
  config.database_connection_client_name = "evolution_exchange";
  have("evo3", "tok3", R"(,"websocket":{"enabled":true,"events":["MESSAGES_UPSERT","SEND_MESSAGE"]})");
  const auto x = fetch();
  EXPECT_EQ(x.status, 200U);
  EXPECT_EQ(x.body, R"([{"id":"id-1","name":"evo3","connectionStatus":"open","ownerJid":null,"profileName":null,)"
                    R"("profilePicUrl":null,"integration":"EVOLUTION","number":null,"businessId":null,"token":"tok3",)"
                    R"("clientName":"evolution_exchange","disconnectionReasonCode":null,"disconnectionObject":null,)"
                    R"("disconnectionAt":null,"createdAt":"2026-11-22T11:51:21.217Z",)"
                    R"("updatedAt":"2026-11-22T11:51:21.217Z","Chatwoot":null,"Proxy":null,"Rabbitmq":null,)"
                    R"("Nats":null,"Sqs":null,"Websocket":{"id":"row-1","enabled":true,)"
                    R"("events":["MESSAGES_UPSERT","SEND_MESSAGE"],"createdAt":"2026-11-22T11:51:21.217Z",)"
                    R"("updatedAt":"2026-11-22T11:51:21.217Z","instanceId":"id-1"},"Setting":{"id":"setting-1",)"
                    R"("rejectCall":false,"msgCall":"","groupsIgnore":false,"alwaysOnline":false,)"
                    R"("readMessages":false,"readStatus":false,"syncFullHistory":false,"wavoipToken":"",)"
                    R"("createdAt":"2026-11-22T11:51:21.217Z","updatedAt":"2026-11-22T11:51:21.217Z",)"
                    R"("instanceId":"id-1"},"_count":{"Message":0,"Contact":0,"Chat":0}}])");
}

TEST_F(ApiFetchInstances, ShowsStoredTextsAndAMissingWebsocket) {
  config.fetch_instances_show_tokens = true;
  have("a", "t", R"(,"number":"5511","businessId":"b","ownerJid":"o","profileName":"p","profilePicUrl":"u")");
  const auto x = fetch();
  EXPECT_NE(x.body.find(R"("ownerJid":"o","profileName":"p","profilePicUrl":"u","integration":"EVOLUTION",)"
                        R"("number":"5511","businessId":"b","token":"t")"),
            std::string::npos);
  EXPECT_NE(x.body.find(R"("Websocket":null)"), std::string::npos);
}

TEST_F(ApiFetchInstances, ShowsTokensToTheirBearersOrWhenTold) {
  have("a", "secret-of-a");
  EXPECT_NE(get("/instance/fetchInstances").body.find(R"("token":null)"), std::string::npos);
  EXPECT_NE(get("/instance/fetchInstances", "secret-of-a").body.find(R"("token":"secret-of-a")"), std::string::npos);
  for (auto* told : {&config.fetch_instances_show_tokens, &config.authentication_expose_in_fetch_instances}) {
    *told = true;
    EXPECT_NE(get("/instance/fetchInstances").body.find(R"("token":"secret-of-a")"), std::string::npos);
    *told = false;
  }
}

TEST_F(ApiFetchInstances, ShowsAllToTheGlobalKey) {
  EXPECT_EQ(fetch().body, "[]");
  have("b", "tb");
  have("a", "ta");
  EXPECT_EQ(names(fetch()), "b a") << "in the order of their creation";
  EXPECT_EQ(names(fetch("?instanceName=")), "b a");
}

TEST_F(ApiFetchInstances, FiltersForTheGlobalKey) {
  have("a", "ta", R"(,"number":"5511")");
  have("b b", "tb", R"(,"number":"5522")");
  EXPECT_EQ(names(fetch("?instanceName=b%20b")), "b b");
  EXPECT_EQ(names(fetch("?instanceId=id-1")), "a");
  EXPECT_EQ(names(fetch("?number=5522")), "b b");
  EXPECT_EQ(names(fetch("?instanceId=id-1&number=5522&instanceName=b")), "a") << "the id wins";
  EXPECT_EQ(names(fetch("?number=5511&instanceName=b")), "a") << "the number wins over the name";
}

TEST_F(ApiFetchInstances, NamesWhatItDidNotFind) {
  have("a");
  const std::pair<const char*, const char*> rows[] = {{"?instanceName=ghost", "ghost"},
                                                      {"?instanceId=no-id", "no-id"},
                                                      {"?number=0000", "0000"},
                                                      {"?instanceId=no-id&number=1&instanceName=a", "no-id"}};
  for (const auto& [query, name] : rows) {
    const auto x = fetch(query);
    EXPECT_EQ(x.status, 404U) << query;
    EXPECT_EQ(x.body, error(404, "Not Found", R"(["Instance \")" + std::string{name} + R"(\" not found"])"));
  }
}

TEST_F(ApiFetchInstances, ShowsATokenItsOwnInstances) {
  have("a", "same");
  have("b", "same");
  have("c", "tc");
  EXPECT_EQ(names(fetch("", "same")), "a b");
  EXPECT_EQ(names(fetch("?instanceName=b", "same")), "b");
  EXPECT_EQ(names(fetch("?instanceId=id-3", "tc")), "c");
  for (const auto* query :
       {"?instanceName=c", "?instanceId=id-3", "?instanceName=ghost", "?instanceName=a&instanceId=id-2"})
    EXPECT_EQ(fetch(query, "same").body, unauthorized()) << query;
}

TEST_F(ApiFetchInstances, ShowsNothingWithoutAKey) {
  have("a");
  EXPECT_EQ(fetch("", "").body, unauthorized());
  EXPECT_EQ(fetch("", "wrong").status, 401U);
}

TEST_F(ApiFetchInstances, TakesNoTokenWhenInstancesAreNotSaved) {
  config.database_save_data_instance = false;
  have("a", "ta");
  EXPECT_EQ(fetch("", "ta").body, unauthorized());
  EXPECT_EQ(names(fetch()), "a");
}

} // namespace arauto::app
