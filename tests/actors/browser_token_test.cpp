#include "actors/identifiers.hpp"
#include "tests/support/actor_fixture.hpp"

#include <gmock/gmock.h>

namespace arauto {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;
using namespace std::chrono_literals;

/// What a browser token opens, and for how long.
class BrowserToken : public test::ActorFixture {
protected:
  browser_token& give(const std::string& token, const directory_entry_ptr& to) {
    return tokens.known[token] = {to->record->id, to->record->name, to->record->generation, unix_ms() + 60000, {}};
  }

  directory_entry_ptr acme = add_instance(make_record("acme"));
  directory_entry_ptr zeta = add_instance(make_record("zeta"));
};

TEST_F(BrowserToken, OpensItsInstanceAndNoOther) {
  give("t", acme);
  const auto own = join_client(0, "/acme", "t");
  EXPECT_THAT(own->out.take(), ElementsAre(StartsWith("40/acme,")));
  const auto root = join_client(1, "/", "t");
  root->out.take();
  const auto other = join_client(0, "/zeta", "t");
  EXPECT_THAT(other->out.take(), ElementsAre(HasSubstr("NAMESPACE_NOT_YOURS")));
  emit(acme, "call", "1");
  emit(zeta, "call", "2");
  EXPECT_THAT(own->out.packets, ElementsAre(HasSubstr("\"data\":1,")));
  EXPECT_THAT(root->out.packets, ElementsAre(HasSubstr("\"data\":1,")));
  for (const auto* x : {&own, &root, &other})
    close(**x);
}

TEST_F(BrowserToken, IsWorthNothingOnceTheInstanceHasAnotherTokenOrId) {
  give("older", acme).generation = 0;
  give("former", acme).instance_id = "id of an instance that had this name";
  give("gone", acme).instance_name = "gone";
  for (const auto* token : {"older", "former", "gone"}) {
    const auto client = join_client(0, "/acme", token);
    EXPECT_THAT(client->out.packets, ElementsAre(HasSubstr("Invalid global token"))) << token;
    close(*client);
  }
}

TEST_F(BrowserToken, EndsItsSessionsWhenItExpires) {
  give("t", acme);
  const auto own = join_client(0, "/acme", "t");
  own->out.take();
  threads[0]->home.advance(59s);
  EXPECT_THAT(own->out.packets, IsEmpty());
  threads[0]->home.advance(2s);
  settle();
  EXPECT_THAT(own->out.packets, ElementsAre("41/acme,"));
  EXPECT_EQ(threads[0]->counters.expired_sessions.get(), 1U);
  emit(acme, "call");
  EXPECT_EQ(own->out.packets.size(), 1U);
  close(*own);
}

TEST_F(BrowserToken, ShowsTheEventsThatItNames) {
  give("t", acme).events = {"CALL", "messages.upsert"};
  const auto plain = join_client(0, "/acme", "t");
  const auto narrower = join_client(0, "/acme", "t", R"(,"events":["call","presence.update"])");
  plain->out.take();
  narrower->out.take();
  for (const auto* name : {"call", "messages.upsert", "presence.update", "custom.event"})
    emit(acme, name);
  EXPECT_THAT(plain->out.packets, ElementsAre(HasSubstr("\"call\""), HasSubstr("\"messages.upsert\"")));
  EXPECT_THAT(narrower->out.packets, ElementsAre(HasSubstr("\"call\"")));
  close(*plain);
  close(*narrower);
}

TEST_F(BrowserToken, ReadsOnly) {
  rules.client_events = true;
  give("t", acme);
  const auto reader = join_client(0, "/acme", "t");
  const auto other = join_client(1, "/acme", acme->record->token);
  reader->out.take();
  other->out.take();
  say(*reader, R"(2/acme,7["hello",1])");
  EXPECT_THAT(reader->out.packets, ElementsAre(HasSubstr("a browser token reads only")));
  EXPECT_THAT(other->out.packets, IsEmpty());
  close(*reader);
  close(*other);
}

TEST_F(BrowserToken, AJoinJudgedByYesterdaysKeysIsRefused) {
  // The handshake was judged before the token changed, the join arrives after it.
  const auto client = open_client(0);
  client->side->on_text("0" + std::string{R"({"apikey":"token-of-acme"})"});
  auto changed = std::make_shared<directory_entry>(*acme);
  auto record = std::make_shared<instance_record>(*acme->record);
  record->token = "another";
  ++record->generation;
  changed->record = record;
  changed->token = key_digest::of(record->token);
  board.publish(board.current()->with(changed));
  settle();
  EXPECT_THAT(client->out.packets, ElementsAre(HasSubstr("Invalid global token")));
  close(*client);
}

TEST(EventFilter, BothLetsPassWhatEachOfThemDoes) {
  const auto of = [](std::vector<std::size_t> known, std::vector<std::string> custom) {
    event_filter x;
    x.by_event = true;
    for (const auto i : known)
      x.events.set(i);
    x.custom_events = std::move(custom);
    return x;
  };
  const event_filter open;
  EXPECT_FALSE(both(open, open).by_event);
  const auto some = of({1, 2}, {"a", "b"});
  for (const auto& x : {both(open, some), both(some, open), both(some, some)}) {
    EXPECT_TRUE(x.by_event);
    EXPECT_EQ(x.events, some.events);
    EXPECT_EQ(x.custom_events, some.custom_events);
  }
  const auto less = both(some, of({2, 3}, {"b", "c"}));
  EXPECT_EQ(less.events, of({2}, {}).events);
  EXPECT_THAT(less.custom_events, ElementsAre("b"));
  EXPECT_TRUE(both(some, of({}, {})).by_event) << "nothing in common: nothing passes";
}

} // namespace
} // namespace arauto
