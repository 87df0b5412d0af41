#include "tests/support/api_fixture.hpp"

namespace arauto::app {

namespace {

constexpr auto no_settings = R"({"rejectCall":false,"msgCall":"","groupsIgnore":false,"alwaysOnline":false,)"
                             R"("readMessages":false,"readStatus":false,"syncFullHistory":false,"wavoipToken":""})";

/// The recorded answer to a create that asked for nothing special.
std::string created(const std::string& name, const std::string& integration, const std::string& status,
                    const std::string& token) {
  return R"({"instance":{"instanceName":")" + name + R"(","instanceId":"id-1","integration":")" + integration +
         R"(","webhookWaBusiness":null,"accessTokenWaBusiness":"","status":")" + status + R"("},"hash":")" + token +
         R"(","webhook":{},"websocket":{},"rabbitmq":{},"nats":{},"sqs":{},"settings":)" + no_settings + "}";
}

} // namespace

class ApiInstances : public api_fixture {
protected:
  http::response create(const std::string& body, const std::string& api_key = key) {
    return post("/instance/create", body, api_key);
  }
  static std::string schema(const std::string& texts) { return error(400, "Bad Request", "[[" + texts + "]]"); }
};

TEST_F(ApiInstances, CreatesInEvolutionsShape) {
  const auto x = create(R"({"instanceName":"evo1","integration":"EVOLUTION"})");
  EXPECT_EQ(x.status, 201U);
  EXPECT_EQ(x.body, created("evo1", "EVOLUTION", "open", "FRESH-TOKEN"));
  EXPECT_EQ(admin.asked_to_create->token, "") << "a fresh token is the registry's";
}

TEST_F(ApiInstances, KnowsFourKindsAndADefault) {
  struct row {
    const char* given;
    const char* kind;
    const char* status;
  };
  const row rows[] = {{R"("integration":"EVOLUTION")", "EVOLUTION", "open"},
                      {R"("integration":"SYNTHETIC")", "SYNTHETIC", "open"},
                      {R"("integration":"WHATSAPP-BAILEYS","qrcode":true)", "WHATSAPP-BAILEYS", "close"},
                      {R"("qrcode":false)", "WHATSAPP-BAILEYS", "close"}};
  for (const auto& x : rows) {
    create(std::string{R"({"instanceName":"a","token":"t",)"} + x.given + "}");
    EXPECT_EQ(admin.asked_to_create->integration, x.kind);
    EXPECT_EQ(admin.asked_to_create->connection_status, x.status);
    board.publish(std::make_shared<const directory>(key));
  }
  for (const auto* wrong : {R"("TELEGRAM")", R"("")", "7", "null", R"("evolution")"}) {
    const auto x = create(std::string{R"({"instanceName":"a","integration":)"} + wrong + "}");
    EXPECT_EQ(x.body, error(400, "Bad Request",
                            R"(["Invalid integration: it must be one of WHATSAPP-BAILEYS, WHATSAPP-BUSINESS, )"
                            R"(EVOLUTION, SYNTHETIC"])"))
        << wrong;
  }
}

TEST_F(ApiInstances, AsksABusinessForTokenAndNumber) {
  config.server_url = "http://localhost:8080";
  config.wa_business_token_webhook = "hook-token";
  const auto business = [this](const std::string& more) {
    return create(R"({"instanceName":"biz","integration":"WHATSAPP-BUSINESS")" + more + "}");
  };
  EXPECT_EQ(business(R"(,"number":"123456")").body, error(400, "Bad Request", R"(["token is required"])"));
  EXPECT_EQ(business(R"(,"number":"12","token":"")").body, error(400, "Bad Request", R"(["token is required"])"));
  EXPECT_EQ(business(R"(,"token":"EAA")").body, error(400, "Bad Request", R"(["number is required"])"));
  const auto x = business(R"(,"token":"EAA","number":"123456","businessId":"998877")");
  EXPECT_EQ(x.status, 201U);
  EXPECT_NE(x.body.find(R"("webhookWaBusiness":"http://localhost:8080/webhook/meta",)"
                        R"("accessTokenWaBusiness":"hook-token","status":"open"},"hash":"EAA")"),
            std::string::npos)
      << x.body;
  EXPECT_EQ(admin.asked_to_create->number, "123456");
  EXPECT_EQ(admin.asked_to_create->business_id, "998877");
}

TEST_F(ApiInstances, StoresAndEchoesTheSettings) {
  const auto x = create(R"({"instanceName":"a","integration":"EVOLUTION","number":"5511999990000","businessId":"biz",)"
                        R"("rejectCall":true,"msgCall":"busy","groupsIgnore":true,"alwaysOnline":true,)"
                        R"("readMessages":true,"readStatus":true,"syncFullHistory":true,"wavoipToken":"w",)"
                        R"("profileName":"Prof","ownerJid":"5511@s.whatsapp.net","profilePicUrl":null,"unknown":1})");
  EXPECT_EQ(x.status, 201U) << x.body;
  const auto settings_json =
      R"("settings":{"rejectCall":true,"msgCall":"busy","groupsIgnore":true,"alwaysOnline":true,)"
      R"("readMessages":true,"readStatus":true,"syncFullHistory":true,"wavoipToken":"w"})";
  EXPECT_NE(x.body.find(settings_json), std::string::npos) << x.body;
  EXPECT_EQ(admin.asked_to_create->owner_jid, "5511@s.whatsapp.net");
  EXPECT_EQ(admin.asked_to_create->profile_name, "Prof");
  EXPECT_FALSE(admin.asked_to_create->profile_pic_url);
}

TEST_F(ApiInstances, StoresTheWebsocketAsAsked) {
  const auto made = [this](const std::string& websocket) {
    board.publish(std::make_shared<const directory>(key));
    return create(R"({"instanceName":"a","integration":"EVOLUTION","websocket":)" + websocket + "}");
  };
  EXPECT_NE(made(R"({"enabled":true,"events":["CALL"]})").body.find(R"("websocket":{"enabled":true})"),
            std::string::npos);
  EXPECT_EQ(admin.asked_to_create->websocket->events, std::vector<std::string>{"CALL"});
  made(R"({"enabled":true})");
  EXPECT_EQ(admin.asked_to_create->websocket->events.size(), selectable_events);
  EXPECT_NE(made(R"({"enabled":false,"events":["CALL"]})").body.find(R"("websocket":{"enabled":false})"),
            std::string::npos);
  EXPECT_FALSE(admin.asked_to_create->websocket->enabled);
  EXPECT_TRUE(admin.asked_to_create->websocket->events.empty());
  EXPECT_NE(made("null").body.find(R"("websocket":{},)"), std::string::npos);
  EXPECT_FALSE(admin.asked_to_create->websocket);
  EXPECT_EQ(made(R"("yes")").body, schema(R"("websocket is not of a type(s) object")"));
  EXPECT_EQ(made("{}").body, schema(R"("websocket requires property \"enabled\"")"));
  EXPECT_EQ(made(R"({"enabled":true,"events":["NOT_AN_EVENT"]})").status, 400U);
}

TEST_F(ApiInstances, SaysThatTheWebsocketStaysOffWhileTheTransportIsOff) {
  config.websocket_enabled = false;
  const auto x = create(R"({"instanceName":"a","integration":"EVOLUTION","websocket":{"enabled":true,"events":[]}})");
  EXPECT_EQ(x.status, 201U);
  EXPECT_NE(x.body.find(R"("websocket":{"enabled":false})"), std::string::npos) << x.body;
  EXPECT_FALSE(admin.asked_to_create->websocket);
}

TEST_F(ApiInstances, EchoesTheOtherTransports) {
  const auto x = create(R"({"instanceName":"a","integration":"EVOLUTION","webhook":{"enabled":true,"url":"http://h/",)"
                        R"("byEvents":true,"base64":false,"headers":{"x-a":"b"},"events":["CALL"]},)"
                        R"("rabbitmq":{"enabled":true,"events":[]},"nats":{},"sqs":{"enabled":false}})");
  EXPECT_NE(x.body.find(R"("webhook":{"webhookUrl":"http://h/","webhookHeaders":{"x-a":"b"},"webhookByEvents":true,)"
                        R"("webhookBase64":false},"websocket":{},"rabbitmq":{"enabled":true},"nats":{},)"
                        R"("sqs":{"enabled":false},)"),
            std::string::npos)
      << x.body;
}

TEST_F(ApiInstances, TakesFormsAndTheQueryBelowTheBody) {
  const auto form = send(request_of("POST", "/instance/create", key, "instanceName=form+1%21&integration=EVOLUTION",
                                    {{"Content-Type", "application/x-www-form-urlencoded"}}));
  EXPECT_EQ(form.status, 201U) << form.body;
  EXPECT_EQ(admin.asked_to_create->name, "form 1!");
  post("/instance/create?token=qtok&instanceName=query", R"({"instanceName":"body","integration":"EVOLUTION"})");
  EXPECT_EQ(admin.asked_to_create->name, "body");
  EXPECT_EQ(admin.asked_to_create->token, "qtok");
}

TEST_F(ApiInstances, NamesEveryViolationInTheRecordedWords) {
  const auto pattern = R"("number does not match pattern \"^\\\\d+[\\\\.@\\\\w-]+\"")";
  const auto rule =
      R"("instanceName must be 1 to 128 bytes of UTF-8 without control characters and without / , ? # %")";
  const std::pair<std::string, std::string> rows[] = {
      {"{}", R"("instance requires property \"instanceName\"")"},
      {R"({"integration":"EVOLUTION"})", R"("instance requires property \"instanceName\"")"},
      {R"({"instanceName":42})", R"("instanceName is not of a type(s) string")"},
      {R"({"instanceName":null})", R"("instanceName is not of a type(s) string")"},
      {R"({"instanceName":"","integration":"EVOLUTION"})", R"("The \"instanceName\" cannot be empty")"},
      {R"({"instanceName":")" + std::string(129, 'x') + "\"}", rule},
      {R"({"instanceName":"a/b"})", rule},
      {R"({"instanceName":"a,b"})", rule},
      {R"({"instanceName":"a?b"})", rule},
      {R"({"instanceName":"a#b"})", rule},
      {R"({"instanceName":"a%b"})", rule},
      {R"({"instanceName":"a\nb"})", rule},
      {R"({"instanceName":"a\u0000b"})", rule},
      {R"({"instanceName":"a\u0085b"})", rule},
      {R"({"instanceName":"a","number":"abc"})", pattern},
      {R"({"instanceName":"a","number":"1"})", pattern},
      {R"({"instanceName":"a","number":5511})", R"("number is not of a type(s) string")"},
      {R"({"instanceName":"a","qrcode":"x","rejectCall":1,"proxyPort":80})",
       R"("qrcode is not of a type(s) boolean","rejectCall is not of a type(s) boolean",)"
       R"("proxyPort is not of a type(s) string")"},
      {R"({"instanceName":"a","chatwootDaysLimitImportMessages":"3"})",
       R"("chatwootDaysLimitImportMessages is not of a type(s) number")"},
      {R"({"instanceName":"a","ownerJid":1})", R"("ownerJid is not of a type(s) string")"},
      {R"({"instanceName":"a","token":")" + std::string(1025, 'x') + "\"}",
       R"("token does not meet maximum length of 1024")"},
  };
  for (const auto& [body, texts] : rows) {
    const auto x = create(body);
    EXPECT_EQ(x.status, 400U) << body;
    EXPECT_EQ(x.body, schema(texts)) << body;
  }
  EXPECT_FALSE(admin.asked_to_create);
}

TEST_F(ApiInstances, KnowsTheFirst26EventsInFlatSettings) {
  const auto x = create(R"({"instanceName":"a","webhookEvents":["REMOVE_INSTANCE","TYPEBOT_CHANGE_STATUS"]})");
  EXPECT_NE(x.body.find(R"([["webhookEvents[0] is not one of enum values: APPLICATION_STARTUP,)"), std::string::npos);
  EXPECT_NE(x.body.find(R"(,TYPEBOT_START,TYPEBOT_CHANGE_STATUS"]])"), std::string::npos) << x.body;
}

TEST_F(ApiInstances, AcceptsNamesInAnyScript) {
  for (const auto& name : {std::string{"my inst 1"}, std::string{"çã日本 🛒"}, std::string(128, 'x')}) {
    EXPECT_EQ(create(R"({"instanceName":")" + name + R"(","integration":"EVOLUTION"})").status, 201U) << name;
    EXPECT_TRUE(board.current()->find(name));
  }
  EXPECT_EQ(get("/instance/connectionState/%C3%A7%C3%A3%E6%97%A5%E6%9C%AC%20%F0%9F%9B%92").body,
            R"({"instance":{"instanceName":"çã日本 🛒","state":"open"}})");
}

TEST_F(ApiInstances, CreatesForTheGlobalKeyOnly) {
  have("a", "token");
  for (const auto* api_key : {"", "wrong", "token"}) {
    const auto x = create(R"({"instanceName":"a","integration":"EVOLUTION"})", api_key);
    EXPECT_EQ(x.status, 401U) << api_key;
    EXPECT_EQ(x.body, unauthorized());
  }
}

TEST_F(ApiInstances, RefusesATakenNameBeforeItReadsTheRest) {
  have("evo1");
  const auto taken = error(403, "Forbidden", R"(["This name \"evo1\" is already in use."])");
  EXPECT_EQ(create(R"({"instanceName":"evo1","integration":"EVOLUTION"})").body, taken);
  EXPECT_EQ(create(R"({"instanceName":"evo1","number":"abc"})").body, taken);
}

TEST_F(ApiInstances, AnswersWhatTheRegistryRefused) {
  const auto body = R"({"instanceName":"a","integration":"EVOLUTION"})";
  admin.refuse_with = instance_answer{nullptr, refusal::name_taken, {}};
  EXPECT_EQ(create(body).body, error(403, "Forbidden", R"(["This name \"a\" is already in use."])"));
  admin.refuse_with = instance_answer{nullptr, refusal::limit_reached, "there are 2 already"};
  EXPECT_EQ(create(body).body, error(403, "Forbidden", R"(["there are 2 already"])"));
  admin.refuse_with = instance_answer{nullptr, refusal::storage_failure, "the disk is full"};
  EXPECT_EQ(create(body).status, 500U);
}

TEST_F(ApiInstances, AnswersLaterWhenTheRegistryDoes) {
  admin.waits = true;
  auto asked = request_of("POST", "/instance/create", key, R"({"instanceName":"a","integration":"EVOLUTION"})",
                          {{"Origin", "https://a.example"}});
  EXPECT_EQ(send(std::move(asked)).status, 0U);
  auto record = *admin.asked_to_create;
  record.token = "FRESH-TOKEN";
  record.id = "id-1";
  admin.waiting.front()({std::make_shared<const instance_record>(std::move(record)), {}, {}});
  EXPECT_EQ(answers.last[requests].body, created("a", "EVOLUTION", "open", "FRESH-TOKEN"));
  EXPECT_EQ(field(answers.last[requests], "Access-Control-Allow-Origin"), "https://a.example");
  EXPECT_EQ(answers.answers, 1);
}

TEST_F(ApiInstances, ShowsTheStateToItsOwnKeys) {
  have("evo3", "tok3");
  have("evo4", "tok4");
  const auto state = R"({"instance":{"instanceName":"evo3","state":"open"}})";
  EXPECT_EQ(get("/instance/connectionState/evo3").body, state);
  EXPECT_EQ(get("/instance/connectionState/evo3", "tok3").body, state);
  EXPECT_EQ(get("/instance/connectionState/evo3?instanceName=evo4", "tok3").body, state);
  for (const auto* api_key : {"", "wrong", "tok4"})
    EXPECT_EQ(get("/instance/connectionState/evo3", api_key).body, unauthorized()) << api_key;
  EXPECT_EQ(get("/instance/connectionState/evo3?apikey=tok3", "").status, 401U);
  const auto bearer = request_of("GET", "/instance/connectionState/evo3", "", "", {{"Authorization", "Bearer tok3"}});
  EXPECT_EQ(send(bearer).status, 401U);
}

TEST_F(ApiInstances, DeletesOnce) {
  have("evo3", "tok3");
  have("evo4", "tok4");
  const auto remove = [this](const std::string& target, const std::string& api_key) {
    return send(request_of("DELETE", "/instance/delete/" + target, api_key));
  };
  EXPECT_EQ(remove("evo3", "tok4").body, unauthorized());
  EXPECT_EQ(remove("evo3?instanceName=evo4", "tok3").body,
            R"({"status":"SUCCESS","error":false,"response":{"message":"Instance deleted"}})");
  EXPECT_TRUE(board.current()->find("evo4"));
  EXPECT_EQ(remove("evo3", key).body, error(404, "Not Found", R"(["The \"evo3\" instance does not exist"])"));
  EXPECT_EQ(remove("evo3", "tok3").body, unauthorized()) << "the token went with the instance";
}

} // namespace arauto::app
