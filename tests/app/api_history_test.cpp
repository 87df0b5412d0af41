#include "actors/identifiers.hpp"
#include "tests/support/api_fixture.hpp"
#include "tests/support/stored_events.hpp"

#include <gmock/gmock.h>

namespace arauto::app {

using testing::ElementsAre;
using testing::HasSubstr;

class ApiHistory : public api_fixture {
protected:
  ApiHistory() { history = std::make_unique<fake_history>(); }

  /// An instance whose events the log knows by the fixture's ids.
  void have_instance(const std::string& name) {
    have(name, "token-of-" + name);
    ids[name] = board.current()->find(name)->record->id;
  }
  void keep(const std::string& instance, const std::string& data, const std::string& name = "call") {
    const auto x = test::placed_event(history->store.last() + 1, instance, data, name, ids.at(instance));
    const std::array one{x};
    history->store.append(one, {}, 1000);
  }
  std::string at(event_sequence x) const { return to_string(history->store.extent()->at(x)); }

  /// The numbers that the events of an answer carry as data.
  static std::vector<std::string> data_of(const http::response& x) {
    std::vector<std::string> all;
    const auto answer = json::split_object(x.body);
    EXPECT_TRUE(answer) << x.body;
    const auto events = json::split_array(json::find(*answer, "events")->value.raw);
    for (const auto& one : *events)
      all.emplace_back(json::find(*json::split_object(one.raw), "data")->value.raw);
    return all;
  }
  static std::string member(const http::response& x, const char* name) {
    return std::string{json::find(*json::split_object(x.body), name)->value.raw};
  }

  std::map<std::string, std::string> ids;
};

TEST_F(ApiHistory, ShowsTheEventsOfOneInstanceAsEnvelopesWithTheirOffsets) {
  have_instance("a");
  have_instance("b");
  keep("a", "1");
  keep("b", "2");
  keep("a", R"({"x":3})", "my.event");
  const auto x = get("/event/history/a");
  EXPECT_EQ(x.status, 200U);
  EXPECT_EQ(x.body,
            R"({"events":[{"offset":")" + at(1) +
                R"(","event":"call","instance":"a","data":1,"date_time":"2026-01-01T00:00:00.000Z","apikey":null},)"
                R"({"offset":")" +
                at(3) +
                R"(","event":"my.event","instance":"a","data":{"x":3},"date_time":"2026-01-01T00:00:00.000Z",)"
                R"("apikey":null}],"next":null,"through":")" +
                at(3) + "\"}");
  EXPECT_EQ(field(x, "Cache-Control"), "no-store");
  EXPECT_EQ(field(x, "Link"), "(none)");
}

TEST_F(ApiHistory, GoesOnPageByPage) {
  have_instance("a");
  for (int i = 1; i <= 5; ++i)
    keep("a", std::to_string(i));
  auto x = get("/event/history/a?limit=2");
  EXPECT_THAT(data_of(x), ElementsAre("1", "2"));
  EXPECT_EQ(member(x, "next"), "\"" + at(2) + "\"");
  EXPECT_EQ(field(x, "Link"), "</event/history/a?after=" + at(2) + R"(&limit=2>; rel="next")");
  x = get("/event/history/a?limit=2&after=" + at(2));
  EXPECT_THAT(data_of(x), ElementsAre("3", "4"));
  x = get("/event/history/a?limit=2&after=" + at(4));
  EXPECT_THAT(data_of(x), ElementsAre("5"));
  EXPECT_EQ(member(x, "next"), "null");
  EXPECT_THAT(data_of(get("/event/history/a?after=" + at(1) + "&before=" + at(4))), ElementsAre("2", "3"));
  EXPECT_THAT(data_of(get("/event/history/a?after=" + at(5))), ElementsAre());
}

TEST_F(ApiHistory, WritesALineForEachEventForThoseWhoAcceptLines) {
  have_instance("a");
  for (int i = 1; i <= 3; ++i)
    keep("a", std::to_string(i));
  const auto lines = send(request_of("GET", "/event/history/a?limit=2&event=call&before=" + at(3), key, {},
                                     {{"Accept", "text/html, application/x-ndjson;q=0.9"}}));
  EXPECT_EQ(field(lines, "Content-Type"), "application/x-ndjson");
  EXPECT_EQ(lines.body.find("{\"offset\":\"" + at(1)), 0U);
  EXPECT_EQ(std::count(lines.body.begin(), lines.body.end(), '\n'), 2);
}

TEST_F(ApiHistory, TakesTheNameOfAnEventInEitherSpelling) {
  have_instance("a");
  keep("a", "1", "messages.upsert");
  keep("a", "2", "call");
  EXPECT_THAT(data_of(get("/event/history/a?event=MESSAGES_UPSERT")), ElementsAre("1"));
  EXPECT_THAT(data_of(get("/event/history/a?event=messages.upsert")), ElementsAre("1"));
  EXPECT_THAT(data_of(get("/event/history/a?event=nobody.knows")), ElementsAre());
  const auto typo = get("/event/history/a?event=messages.upser");
  EXPECT_EQ(typo.status, 400U);
  EXPECT_THAT(typo.body, HasSubstr("messages.upsert"));
}

TEST_F(ApiHistory, SaysWhatIsWrongWithAQuestion) {
  have_instance("a");
  for (const auto* query : {"limit=0", "limit=1001", "limit=-1", "limit=1x", "limit=", "after=1", "before=abc"}) {
    const auto x = get(std::string{"/event/history/a?"} + query);
    EXPECT_EQ(x.status, 400U) << query;
    EXPECT_THAT(x.body, HasSubstr("must be")) << query;
  }
}

TEST_F(ApiHistory, NamesTheOldestPlaceWhenWhatWasAskedForHasGone) {
  have_instance("a");
  for (int i = 1; i <= 3; ++i)
    keep("a", std::to_string(i));
  history->store.purge(1000 + 3600001); // All of it.
  keep("a", "4");
  const auto gone = get("/event/history/a?after=" + at(1));
  EXPECT_EQ(gone.status, 410U);
  EXPECT_EQ(json::as_string(json::find(*json::split_object(member(gone, "response")), "oldest")->value), at(3));
  EXPECT_THAT(data_of(get("/event/history/a?after=" + at(3))), ElementsAre("4"));
  EXPECT_THAT(data_of(get("/event/history/a")), ElementsAre("4"));
  EXPECT_EQ(get("/event/history/a?after=0123456789abcdef-2").status, 410U);
}

TEST_F(ApiHistory, NeverTakesThePartThatIsLeftForAll) {
  have_instance("a");
  keep("a", "1");
  keep("a", "2");
  history->meanwhile = [this] { history->store.purge(1000 + 3600001); };
  EXPECT_EQ(get("/event/history/a?after=" + at(1)).status, 410U);
}

TEST_F(ApiHistory, OpensWithTheKeysOfElsewhereAndABrowserToken) {
  have_instance("a");
  have_instance("b");
  keep("a", "1", "call");
  keep("a", "2", "chats.set");
  EXPECT_EQ(get("/event/history/a", "").status, 401U);
  EXPECT_EQ(get("/event/history/a", "token-of-b").status, 401U);
  EXPECT_EQ(get("/event/history/nobody", "token-of-b").status, get("/event/history/a", "token-of-b").status)
      << "a token cannot probe for names";
  EXPECT_THAT(data_of(get("/event/history/a", "token-of-a")), ElementsAre("1", "2"));
  const auto& record = *board.current()->find("a")->record;
  browser_token may{record.id, "a", record.generation, unix_ms() + 60000, {"chats.set"}};
  EXPECT_THAT(data_of(get("/event/history/a", tokens.sign(may))), ElementsAre("2"));
  EXPECT_EQ(get("/event/history/b", tokens.sign(may)).status, 401U);
  EXPECT_EQ(get("/event/" + at(1), tokens.sign(may)).status, 404U);
  EXPECT_EQ(get("/event/" + at(2), tokens.sign(may)).status, 200U);
  may.expires_at_ms = unix_ms() - 1;
  EXPECT_EQ(get("/event/history/a", tokens.sign(may)).status, 401U);
}

TEST_F(ApiHistory, ShowsOneEventToThoseWhoMayHaveIt) {
  have_instance("a");
  have_instance("b");
  keep("a", "1");
  keep("b", "2");
  const auto x = get("/event/" + at(2));
  EXPECT_EQ(x.status, 200U);
  EXPECT_THAT(x.body, HasSubstr(R"({"offset":")" + at(2) + R"(","event":"call","instance":"b","data":2)"));
  EXPECT_EQ(get("/event/" + at(2), "token-of-b").status, 200U);
  const auto foreign = get("/event/" + at(2), "token-of-a");
  EXPECT_EQ(foreign.status, 404U);
  EXPECT_EQ(foreign.body, get("/event/" + at(3), "token-of-a").body) << "no telling whether there is one";
  EXPECT_EQ(get("/event/" + at(2), "nobody's").status, 401U);
  EXPECT_EQ(get("/event/nonsense").status, 400U);
  EXPECT_EQ(get("/event/0123456789abcdef-1").status, 404U);
  EXPECT_EQ(get("/event/" + at(0)).status, 404U);
  history->store.erase(ids.at("b"));
  EXPECT_EQ(get("/event/" + at(2)).status, 404U);
}

TEST_F(ApiHistory, SaysWhenItCannotTell) {
  have_instance("a");
  keep("a", "1");
  history->is_busy = true;
  for (const auto& target : {std::string{"/event/history/a"}, "/event/" + at(1)}) {
    const auto x = get(target);
    EXPECT_EQ(x.status, 503U);
    EXPECT_EQ(field(x, "Retry-After"), "1");
  }
  history->is_busy = false;
  history->unreadable = "the disk is gone";
  for (const auto& target : {std::string{"/event/history/a"}, "/event/" + at(1)}) {
    const auto x = get(target);
    EXPECT_EQ(x.status, 503U);
    EXPECT_THAT(x.body, HasSubstr("the disk is gone"));
  }
}

TEST_F(ApiHistory, IsNoneWithoutALog) {
  history = nullptr;
  have("a", "t");
  EXPECT_THAT(get("/event/history/a").body, HasSubstr("EVENT_LOG=off"));
  EXPECT_EQ(get("/event/0123456789abcdef-1").status, 404U);
}

} // namespace arauto::app
