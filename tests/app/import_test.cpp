#include "app/import/iso_time.hpp"
#include "app/import/offer.hpp"
#include "app/import/plan.hpp"
#include "app/import/printable.hpp"
#include "app/import/report.hpp"
#include "app/import/source.hpp"
#include "net/json.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <map>

namespace arauto::app {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

constexpr std::int64_t now = 1800000000000;

std::string id(int number) {
  return "00000000-0000-4000-8000-00000000000" + std::to_string(number);
}

offered_instance offer_of(const std::string& name, int number, const std::string& token = {}) {
  offered_instance x;
  x.record.id = id(number);
  x.record.name = name;
  x.record.token = token;
  x.record.integration = "EVOLUTION";
  x.record.connection_status = "open";
  x.record.behaviour.id = "setting";
  return x;
}

websocket_row row_of(std::vector<std::string> events) {
  return {"row", true, std::move(events), 1, 2};
}

std::vector<offered_instance> offers(auto... x) {
  return {std::move(x)...};
}

planned_import plan_one(std::vector<instance_record> here, offered_instance offer,
                        import_rules rules = {false, 9, {}}) {
  return plan_import(std::move(here), offers(std::move(offer)), rules).at(0);
}

/// Bodies of Evolution's recorded answers, by path.
std::map<std::string, std::string> recorded_answers() {
  std::map<std::string, std::string> out;
  std::ifstream in{std::string{ARAUTO_SOURCE_DIR} + "/tests/golden/import/evolution.jsonl"};
  for (std::string line; std::getline(in, line);) {
    const auto record = *json::split_object(line);
    const auto part = [&](std::string_view of, std::string_view key) {
      return json::find(*json::split_object(json::find(record, of)->value.raw), key)->value;
    };
    out.emplace(*json::as_string(part("request", "path")), part("response", "body").raw);
  }
  return out;
}

ask_function answers(std::map<std::string, std::string> bodies) {
  return [bodies = std::move(bodies)](const std::string& target) {
    const auto at = bodies.find(target);
    if (at == bodies.end())
      return io::http_answer{404, "text/html", {}, "<h1>not found</h1>"};
    return io::http_answer{200, "application/json", {}, at->second};
  };
}

ask_function one_answer(io::http_answer x) {
  return [x = std::move(x)](const std::string&) { return x; };
}

std::string failure_of(const ask_function& ask) {
  try {
    ask_for_instances(ask, "the-key", now);
  } catch (const import_failure& x) {
    return x.what();
  }
  return "no failure";
}

TEST(Import, TakesWhatWasRecorded) {
  const auto found = ask_for_instances(answers(recorded_answers()), "k", now);
  ASSERT_EQ(found.size(), 18u);
  EXPECT_EQ(found[0].record.name, "evo1") << "the oldest first";
  std::map<std::string, offered_instance> by_name;
  for (const auto& x : found)
    by_name.emplace(x.record.name, x);

  const auto& evo3 = by_name.at("evo3").record;
  EXPECT_EQ(evo3.id, "340eb59d-7ab4-4034-9462-abe5f07b96e8");
  EXPECT_EQ(evo3.token, "tok3");
  EXPECT_EQ(evo3.integration, "EVOLUTION");
  EXPECT_EQ(evo3.connection_status, "open");
  EXPECT_EQ(evo3.created_at_ms, 1795348282242);
  ASSERT_TRUE(evo3.websocket);
  EXPECT_EQ(evo3.websocket->id, "cmwrs0gi90004w87drewbslif");
  EXPECT_TRUE(evo3.websocket->enabled);
  EXPECT_THAT(evo3.websocket->events, ElementsAre("MESSAGES_UPSERT", "SEND_MESSAGE"));
  EXPECT_EQ(evo3.websocket->created_at_ms, 1795348282257);

  EXPECT_EQ(by_name.at("biz1").record.number, "123456789012345");
  EXPECT_EQ(by_name.at("biz1").record.integration, "WHATSAPP-BUSINESS");
  EXPECT_EQ(by_name.at("bai1").record.connection_status, "close");
  EXPECT_EQ(by_name.at("evo4").record.websocket->events.size(), 31u);
  EXPECT_FALSE(by_name.at("evo1").record.websocket);
  EXPECT_THAT(by_name.at("evo7").record.websocket->events, IsEmpty());
  EXPECT_THAT(by_name.at("evo7").notes, ElementsAre("unknown events left out: NOT_AN_EVENT"));
  for (const auto& [name, x] : by_name)
    EXPECT_EQ(x.obstacle.empty(), name != "a/b" && !name.empty()) << name;
}

TEST(Import, TheAnswerOfFindCountsUnlessTheWebsocketIsOffThere) {
  const std::string list = R"([{"name":"a","integration":"EVOLUTION","id":")" + id(1) +
                           R"(","Websocket":{"enabled":true,"events":["CALL"]}}])";
  const auto events = [&](const std::string& body) {
    auto x = ask_for_instances(answers({{"/instance/fetchInstances", list}, {"/websocket/find/a", body}}), "k", now);
    return x.at(0).record.websocket ? std::optional{x[0].record.websocket->events} : std::nullopt;
  };
  EXPECT_EQ(events(R"({"enabled":true,"events":["CHATS_SET","CALL"]})"),
            (std::vector<std::string>{"CHATS_SET", "CALL"}));
  EXPECT_EQ(events("null"), std::nullopt);
  EXPECT_EQ(events(""), std::vector<std::string>{"CALL"});
}

TEST(Import, LeavesOutWhatHasNoPlaceAndSaysSo) {
  const auto offer =
      read_instance_list(R"([{"name":"a","integration":"EVOLUTION","id":")" + id(1) +
                             R"(","token":null,"connectionStatus":"odd","ownerJid":5,"number":")" +
                             std::string(1025, '1') + R"(","Setting":null,"Websocket":{"enabled":true,"events":7}}])",
                         now)
          .at(0);
  EXPECT_THAT(offer.obstacle, IsEmpty());
  EXPECT_EQ(offer.record.connection_status, "close");
  EXPECT_EQ(offer.record.created_at_ms, now);
  EXPECT_FALSE(offer.record.number);
  EXPECT_THAT(offer.notes, ElementsAre(HasSubstr("ownerJid"), HasSubstr("number"), HasSubstr("events are no list")));
}

TEST(Import, SaysWhyAnInstanceCanNeverCome) {
  const auto obstacle = [](const std::string& members) {
    return read_instance_list("[{" + members + "}]", now).at(0).obstacle;
  };
  const auto uuid = R"("id":")" + id(1) + "\"";
  EXPECT_THAT(obstacle(R"("name":"a,b","integration":"EVOLUTION",)" + uuid), HasSubstr("name is not allowed"));
  EXPECT_THAT(obstacle(R"("name":null,"integration":"EVOLUTION",)" + uuid), HasSubstr("name is not allowed"));
  EXPECT_THAT(obstacle(R"("name":"a","integration":"EVOLUTION","id":"7")"), HasSubstr("no UUID"));
  EXPECT_THAT(obstacle(R"("name":"a","integration":"TELEX",)" + uuid), HasSubstr("\"TELEX\" is unknown here"));
  EXPECT_THAT(obstacle(R"("name":"a","integration":null,)" + uuid), HasSubstr("WHATSAPP-BAILEYS"));
  EXPECT_THAT(obstacle(R"("name":"a","integration":"EVOLUTION","token":7,)" + uuid), HasSubstr("token"));
}

TEST(Import, SaysWhatWasAskedWhatCameAndWhatToDo) {
  const std::pair<io::http_answer, const char*> table[] = {
      {{401, "application/json", "", R"({"response":{"message":"Unauthorized"}})"}, "global key"},
      {{301, "text/html", "https://x/the-key", ""}, "--from"},
      {{404, "text/html", "", "<html>"}, "path"},
      {{502, "text/html", "", "<html>"}, "proxy"},
      {{418, "", "", ""}, "--from"},
      {{200, "text/html", "", "<html>"}, "no JSON"},
      {{200, "application/json", "", R"({"token":"secret"})"}, "no list"},
      {{200, "application/json", "", R"([{"token":"secret"}])"}, "no instance"},
      {{200, "application/json", "", "[1]"}, "no instance"},
      {{500, "application/json", "", R"({"response":{"message":["the-key is bad\u001b[2J"]}})"}, "*** is bad?[2J"},
  };
  for (const auto& [answer, expected] : table)
    EXPECT_THAT(failure_of(one_answer(answer)),
                AllOf(StartsWith("Asked for GET /instance/fetchInstances, got " + std::to_string(answer.status)),
                      HasSubstr(expected), Not(HasSubstr("secret")), Not(HasSubstr("the-key")), Not(HasSubstr("<"))));
}

TEST(Import, AnInstanceThatVanishedMeanwhileIsAnObstacleAndAWrongAnswerTheEnd) {
  auto bodies = recorded_answers();
  bodies.erase("/websocket/find/evo3");
  for (const auto& x : ask_for_instances(answers(bodies), "k", now))
    EXPECT_EQ(x.obstacle.find("not there any more") != std::string::npos, x.record.name == "evo3") << x.record.name;
  bodies["/websocket/find/evo3"] = "[]";
  EXPECT_THAT(failure_of(answers(bodies)), StartsWith("Asked for GET /websocket/find/evo3"));
}

TEST(ImportPlan, AddsWhatIsNewWithATokenOfItsOwn) {
  const auto x = plan_one({}, offer_of("a", 1, "t"));
  EXPECT_EQ(x.step, import_step::add);
  EXPECT_EQ(x.record.token, "t");
  EXPECT_EQ(x.record.generation, 1u);
  const auto fresh = plan_one({}, offer_of("a", 1));
  EXPECT_EQ(fresh.step, import_step::add);
  EXPECT_EQ(fresh.record.token.size(), 36u);
  EXPECT_THAT(fresh.notes, ElementsAre(AllOf(HasSubstr("new token"), Not(HasSubstr(fresh.record.token)))));
}

TEST(ImportPlan, BringsUpToDateWhatIsHereAndKeepsWhatIsNotThere) {
  auto here = offer_of("a", 1, "old").record;
  here.generation = 4;
  here.webhook = webhook_row{};
  here.websocket = row_of({"CALL"});
  auto offer = offer_of("a", 1, "new");
  offer.record.profile_name = "Me";
  const auto x = plan_one({here}, offer);
  EXPECT_EQ(x.step, import_step::update);
  EXPECT_EQ(x.record.token, "new");
  EXPECT_EQ(x.record.generation, 5u) << "browser tokens of the old one end";
  EXPECT_EQ(x.record.profile_name, "Me");
  EXPECT_TRUE(x.record.webhook);
  ASSERT_TRUE(x.record.websocket);
  EXPECT_THAT(x.notes, ElementsAre(HasSubstr("websocket settings here stay")));

  offer.record.token.clear();
  offer.record.websocket = row_of({});
  const auto kept = plan_one({here}, offer);
  EXPECT_EQ(kept.record.token, "old");
  EXPECT_EQ(kept.record.generation, 4u);
  EXPECT_THAT(kept.record.websocket->events, IsEmpty());
  EXPECT_EQ(plan_one({here}, offer_of("a", 1, "old")).record.generation, 4u);
}

TEST(ImportPlan, RefusesOneNameWithTwoIdsAndOneIdWithTwoNames) {
  const auto here = offer_of("a", 1, "t").record;
  EXPECT_THAT(plan_one({here}, offer_of("a", 2, "u")).reason, HasSubstr("another id"));
  EXPECT_THAT(plan_one({here}, offer_of("b", 1, "u")).reason, HasSubstr("\"a\""));
}

TEST(ImportPlan, ATokenOpensOneInstanceUnlessTheSettingSaysOtherwise) {
  const auto here = offer_of("a", 1, "t").record;
  EXPECT_THAT(plan_one({here}, offer_of("b", 2, "t")).reason,
              AllOf(HasSubstr("\"a\""), HasSubstr("INSTANCE_TOKENS_MAY_REPEAT")));
  EXPECT_THAT(plan_one({}, offer_of("b", 2, "g"), {false, 9, "g"}).reason, HasSubstr("global key"));
  EXPECT_EQ(plan_one({here}, offer_of("b", 2, "t"), {true, 9, "t"}).step, import_step::add);
  const auto both =
      plan_import({}, offers(offer_of("a", 1, "t"), offer_of("b", 2, "t"), offer_of("c", 3, "u")), {false, 9, {}});
  EXPECT_EQ(both[0].step, import_step::add);
  EXPECT_EQ(both[1].step, import_step::refuse);
  EXPECT_EQ(both[2].step, import_step::add) << "the others go on";
  EXPECT_EQ(plan_import({here}, offers(offer_of("a", 1, "v"), offer_of("b", 2, "t")), {false, 9, {}})[1].step,
            import_step::add)
      << "a token that was given up is free";
}

TEST(ImportPlan, StopsAtTheLimitButBringsUpToDate) {
  const auto x =
      plan_import({offer_of("a", 1, "t").record}, offers(offer_of("b", 2, "u"), offer_of("a", 1, "t")), {false, 1, {}});
  EXPECT_THAT(x[0].reason, HasSubstr("INSTANCES_MAX=1"));
  EXPECT_EQ(x[1].step, import_step::update);
}

TEST(ImportReport, HasALinePerInstanceAndNoSecret) {
  auto odd = offer_of("x\x1b[2J\xc2\x9b/y", 3, "secret-3");
  odd.obstacle = "its name is not allowed here";
  auto all_events = offer_of("日本", 1, "secret-1");
  all_events.record.websocket = row_of(std::vector<std::string>(31, "CALL"));
  auto off = offer_of("off", 2, "secret-2");
  off.record.websocket = websocket_row{};
  off.notes = {"a note"};
  const auto all = plan_import({off.record}, offers(all_events, off, odd), {false, 9, {}});
  EXPECT_EQ(import_table(all), "NAME      KIND       EVENTS        OUTCOME\n"
                               "日本        EVOLUTION  all           taken\n"
                               "off       EVOLUTION  switched off  already here, brought up to date; a note\n"
                               "x?[2J?/y  EVOLUTION  never set     NOT TAKEN: its name is not allowed here\n");
  const auto x = count(all);
  EXPECT_EQ(x.added, 1u);
  EXPECT_EQ(x.updated, 1u);
  EXPECT_EQ(x.refused, 1u);
}

TEST(Printable, CutsBetweenCharactersAndHidesWhatIsNoText) {
  EXPECT_EQ(printable("ção", 3), "ç...");
  EXPECT_EQ(printable("ção", 5), "ção");
  EXPECT_EQ(printable("a\tb\x7f", 9), "a?b?");
  EXPECT_EQ(printable("a\xff", 9), "a?");
  EXPECT_EQ(columns("ção"), 3u);
}

TEST(IsoTime, IsReadAsJavaScriptWritesIt) {
  EXPECT_EQ(parse_iso_time("1970-01-01T00:00:00.000Z"), 0);
  EXPECT_EQ(parse_iso_time("2026-11-22T11:51:22.257Z"), 1795348282257);
  EXPECT_EQ(parse_iso_time("2024-02-29T23:59:59.999Z"), 1709251199999);
  for (const auto* text :
       {"", "2026-11-22", "2026-11-22T11:51:22Z", "2026-13-22T11:51:22.257Z", "2025-02-29T00:00:00.000Z",
        "2026-11-22T24:00:00.000Z", "2026-11-22T11:51:22.257+", "2026-11-22T11:51:22.257Zz"})
    EXPECT_FALSE(parse_iso_time(text)) << text;
}

} // namespace
} // namespace arauto::app
