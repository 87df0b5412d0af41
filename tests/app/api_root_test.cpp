#include "actors/failure.hpp"
#include "tests/support/api_fixture.hpp"
#include "tests/support/stored_events.hpp"

namespace arauto::app {

class ApiRoot : public api_fixture {};

TEST_F(ApiRoot, WelcomesInEvolutionsShape) {
  config.database_connection_client_name = "evolution_exchange";
  const auto x = get("/", "");
  EXPECT_EQ(x.status, 200U);
  EXPECT_EQ(x.body, R"({"status":200,"message":"Welcome to the Evolution API, it is working!","version":"2.3.6",)"
                    R"("clientName":"evolution_exchange","manager":"http://127.0.0.1:8080/manager",)"
                    R"("documentation":"https://doc.evolution-api.com","whatsappWebVersion":"2.3000.1028401180"})");
  EXPECT_EQ(field(x, "Content-Type"), "application/json; charset=utf-8");
  EXPECT_EQ(field(x, "Vary"), "Origin, Accept-Encoding");
}

TEST_F(ApiRoot, LeavesTheManagerOutWhenItIsDisabled) {
  config.server_disable_manager = true;
  EXPECT_EQ(get("/").body.find("manager"), std::string::npos);
}

TEST_F(ApiRoot, NamesTheSchemeOfASecureRequest) {
  auto asked = request_of("GET", "/");
  asked.is_secure = true;
  EXPECT_NE(send(asked).body.find(R"("manager":"https://127.0.0.1:8080/manager")"), std::string::npos);
}

TEST_F(ApiRoot, AnswersHeadAsGet) {
  const auto x = send(request_of("HEAD", "/"));
  EXPECT_EQ(x.status, 200U);
  EXPECT_FALSE(x.body.empty());
}

TEST_F(ApiRoot, RepeatsMethodAndAddressOfAnUnknownRoute) {
  const std::pair<const char*, const char*> unknown[] = {{"POST", "/"},
                                                         {"GET", "/nope?x=1"},
                                                         {"GET", "/instance"},
                                                         {"PUT", "/websocket/set/x"},
                                                         {"GET", "/instance/connectionState"},
                                                         {"GET", "/metrics"}};
  for (const auto& [method, target] : unknown) {
    const auto x = send(request_of(method, target, key));
    EXPECT_EQ(x.status, 404U) << target;
    EXPECT_EQ(x.body, error(404, "Not Found", R"(["Cannot )" + std::string{method} + " " + target + "\"]"));
  }
}

TEST_F(ApiRoot, SaysWhereAndWhyABodyIsBroken) {
  struct row {
    const char* target;
    const char* body;
    const char* position;
  };
  const row rows[] = {{"/nope", R"({"a":)", "5"},
                      {"/instance/create", R"({"instanceName": "x", )", "22"},
                      {"/instance/create", R"("x")", "0"},
                      {"/instance/create", " 7", "1"},
                      {"/instance/create", "  ", "2"},
                      {"/instance/create", "[1,]", "3"},
                      {"/websocket/set/nobody", "{bad", "1"}};
  for (const auto& x : rows) {
    const auto answer = post(x.target, x.body, ""); // Broken bodies come before keys.
    EXPECT_EQ(answer.status, 400U) << x.body;
    const auto start = error(400, "Bad Request", std::string{R"("JSON syntax error at byte )"} + x.position + ": ");
    EXPECT_EQ(answer.body.substr(0, start.size() - 2), start.substr(0, start.size() - 2)) << answer.body;
  }
}

TEST_F(ApiRoot, RefusesBodiesInOtherEncodings) {
  const auto latin = send(
      request_of("POST", "/instance/create", key, "{}", {{"Content-Type", "application/json; charset=iso-8859-1"}}));
  EXPECT_EQ(latin.status, 415U);
  EXPECT_EQ(latin.body, error(415, "Unsupported Media Type", R"("unsupported charset \"ISO-8859-1\"")"));
  const auto packed = send(request_of("POST", "/instance/create", key, "{}",
                                      {{"Content-Type", "application/json"}, {"Content-Encoding", "gzip"}}));
  EXPECT_EQ(packed.status, 415U);
  const auto utf8 = send(request_of("POST", "/instance/create", key, R"({"instanceName":"a"})",
                                    {{"Content-Type", "application/json; charset=\"UTF-8\""}}));
  EXPECT_EQ(utf8.status, 201U) << utf8.body;
}

TEST_F(ApiRoot, AnswersAPreflightBeforeAnythingElse) {
  const auto x = send(request_of("OPTIONS", "/instance/create", "", "{broken",
                                 {{"Origin", "https://a.example"}, {"Access-Control-Request-Headers", "apikey"}}));
  EXPECT_EQ(x.status, 204U);
  EXPECT_EQ(x.body, "");
  EXPECT_EQ(field(x, "Access-Control-Allow-Origin"), "https://a.example");
  EXPECT_EQ(field(x, "Access-Control-Allow-Methods"), "POST,GET,PUT,DELETE");
  EXPECT_EQ(field(x, "Access-Control-Allow-Headers"), "apikey");
}

TEST_F(ApiRoot, EchoesTheOriginOnAnswersAndErrors) {
  config.cors_credentials = true;
  for (const auto* target : {"/", "/nope", "/instance/fetchInstances"}) {
    const auto x = send(request_of("GET", target, "", "", {{"Origin", "https://a.example"}}));
    EXPECT_EQ(field(x, "Access-Control-Allow-Origin"), "https://a.example") << target;
    EXPECT_EQ(field(x, "Access-Control-Allow-Credentials"), "true") << target;
  }
}

TEST_F(ApiRoot, RefusesAForeignOriginButNotARequestWithoutOne) {
  config.cors_origin = {"https://a.example"};
  const auto foreign = send(request_of("GET", "/", "", "", {{"Origin", "https://evil.example"}}));
  EXPECT_EQ(foreign.status, 500U);
  EXPECT_EQ(foreign.body, error(500, "Internal Server Error", R"("Not allowed by CORS")"));
  EXPECT_EQ(field(foreign, "Access-Control-Allow-Origin"), "(none)");
  EXPECT_EQ(get("/").status, 200U);
  EXPECT_EQ(send(request_of("GET", "/", "", "", {{"Origin", "https://a.example"}})).status, 200U);
}

TEST_F(ApiRoot, ShowsMetricsToTheGlobalKeyOnly) {
  config.prometheus_metrics = true;
  counters.deliveries.add(3);
  other.deliveries.add(4);
  counters.open_sockets.add(2);
  have("a");
  const auto x = get("/metrics");
  EXPECT_EQ(x.status, 200U);
  EXPECT_EQ(field(x, "Content-Type"), "text/plain; charset=utf-8; version=0.0.4");
  for (const auto* line :
       {"# TYPE arauto_deliveries_total counter\n", "\narauto_deliveries_total 7\n", "\narauto_sendmsg_calls_total 0\n",
        "# TYPE arauto_open_sockets gauge\n", "\narauto_open_sockets 2\n", "\narauto_instances 1\n"})
    EXPECT_NE(x.body.find(line), std::string::npos) << line;
  EXPECT_EQ(get("/metrics", "").body, unauthorized());
  EXPECT_EQ(get("/metrics", "token").status, 401U);
}

TEST_F(ApiRoot, ShowsInTheMetricsHowTheEventLogIs) {
  config.prometheus_metrics = true;
  history = std::make_unique<fake_history>();
  history->store.append(std::vector{test::placed_event(7, "a")}, {}, 1000);
  auto shown = get("/metrics").body;
  for (const auto* line : {"\narauto_event_log_failing 0\n", "\narauto_event_log_last 7\n"})
    EXPECT_NE(shown.find(line), std::string::npos) << line;
  history->why = "disk full";
  shown = get("/metrics").body;
  EXPECT_NE(shown.find("\narauto_event_log_failing 1\n"), std::string::npos);
}

TEST_F(ApiRoot, ReadsMoreOfABodyForAKnownKey) {
  have("a");
  const auto limit = [this](std::string api_key, fields more) {
    return rest().body_limit(request_of("POST", "/event/emit/a", std::move(api_key), "", std::move(more)));
  };
  const fields large = {{"Content-Length", "2000000"}};
  EXPECT_EQ(limit(key, large), config.http_max_body);
  EXPECT_EQ(limit("token", large), config.http_max_body);
  EXPECT_EQ(limit(key, {}), config.http_max_body);
  EXPECT_EQ(limit(key, {{"Content-Length", "12x"}}), config.http_max_body);
  EXPECT_EQ(limit("wrong", large), config.http_max_body_without_key);
  EXPECT_EQ(limit("", {}), config.http_max_body_without_key);
  EXPECT_GE(limit(key, {{"Content-Length", "2000"}}), 2000U);
}

TEST_F(ApiRoot, ReadsNoMoreWithoutAKeyThanWithOne) {
  config.http_max_body = 1000;
  EXPECT_EQ(rest().body_limit(request_of("POST", "/", "wrong")), 1000U);
  EXPECT_EQ(rest().body_limit(request_of("POST", "/", key, "", {{"Content-Length", "5000"}})), 1000U);
}

TEST_F(ApiRoot, AnswersAndCountsAnExceptionOfAHandler) {
  class broken_intake final : public event_intake {
    bool submit(const directory_entry&, std::vector<emission>, reply_slot, claims_ptr) override {
      throw std::runtime_error("secret-token leaks");
    }
    bool submit(const directory_entry&, std::shared_ptr<const std::string>, reply_slot) override { return false; }
  } broken;
  have("a");
  api over_broken{config, api_ports{answers, view, admin, broken, tokens, relayed, {&counters}, counters}};
  const auto failures = handler_failures();
  over_broken.handle(request_of("POST", "/event/emit/a", key, R"({"event":"call","data":1})"), {0, 1, 1, 99});
  EXPECT_EQ(handler_failures(), failures + 1);
  EXPECT_EQ(answers.last[99].status, 500U);
  EXPECT_EQ(answers.last[99].body.find("secret"), std::string::npos);
  EXPECT_NE(answers.last[99].body.find(R"({"status":500,"error":"Internal Server Error","response":{"message":[)"),
            std::string::npos);
}

} // namespace arauto::app
