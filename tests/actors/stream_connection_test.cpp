#include "actors/identifiers.hpp"
#include "actors/stream_connection.hpp"
#include "tests/support/actor_fixture.hpp"

#include <gmock/gmock.h>

namespace arauto {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

class StreamConnection : public test::ActorFixture {
protected:
  static handshake shake_with(std::string key, const std::string& query = "") {
    handshake x;
    x.api_key = std::move(key);
    x.target = "/events/ws?" + query;
    return x;
  }

  std::uint64_t open_sessions() const { return threads[0]->counters.open_sessions.get(); }

  directory_entry_ptr acme = add_instance(make_record("acme"));
  directory_entry_ptr zeta = add_instance(make_record("zeta"));
};

TEST_F(StreamConnection, GetsTheEnvelopesOfItsInstance) {
  const auto client = listen(0, "/acme", shake_with("token-of-acme"));
  ASSERT_TRUE(client->side);
  EXPECT_THAT(client->out.take(), IsEmpty());
  emit(acme, "call", R"({"a":1})");
  emit(zeta, "call", R"({"a":2})");
  EXPECT_THAT(client->out.take(),
              ElementsAre(AllOf(StartsWith(R"({"event":"call","instance":"acme","data":{"a":1},)"), EndsWith("}"))));
  close(*client);
}

TEST_F(StreamConnection, GetsServerSentEvents) {
  const auto client = listen(1, "/acme", shake_with("token-of-acme"), event_form::sse);
  emit(acme, "messages.upsert", R"({"a":1})");
  EXPECT_THAT(client->out.take(), ElementsAre(AllOf(StartsWith("event: messages.upsert\ndata: {\"event\":"),
                                                    HasSubstr(R"("data":{"a":1})"), EndsWith("}\n\n"))));
  close(*client);
}

TEST_F(StreamConnection, OnAllInstancesGetsThoseThatItsKeyOpens) {
  const auto one = listen(0, "/", shake_with("token-of-acme"));
  const auto all = listen(0, "/", shake_with(test::global_key));
  const auto chosen = listen(0, "/", shake_with(test::global_key, "instances=zeta"));
  emit(acme, "call");
  emit(zeta, "call");
  EXPECT_THAT(one->out.packets, ElementsAre(HasSubstr("\"acme\"")));
  EXPECT_THAT(all->out.packets, ElementsAre(HasSubstr("\"acme\""), HasSubstr("\"zeta\"")));
  EXPECT_THAT(chosen->out.packets, ElementsAre(HasSubstr("\"zeta\"")));
  for (const auto* x : {&one, &all, &chosen})
    close(**x);
}

TEST_F(StreamConnection, AppliesTheFilterOfTheQueryAndThatOfABrowserToken) {
  tokens.known["browser"] = {
      acme->record->id, "acme", acme->record->generation, unix_ms() + 60000, {"call", "messages.upsert"}};
  const auto filtered = listen(0, "/acme", shake_with("token-of-acme", "events=call,my.event"));
  const auto limited = listen(0, "/acme", shake_with("browser", "events=call,chats.set"));
  for (const auto* name : {"call", "chats.set", "messages.upsert", "my.event"})
    emit(acme, name);
  EXPECT_THAT(filtered->out.packets, ElementsAre(HasSubstr("\"call\""), HasSubstr("\"my.event\"")));
  EXPECT_THAT(limited->out.packets, ElementsAre(HasSubstr("\"call\"")));
  close(*filtered);
  close(*limited);
}

TEST_F(StreamConnection, IsRefusedWithAStatusAndAHint) {
  struct refused {
    std::string nsp, key, query;
    unsigned status;
    std::string code;
  };
  const std::vector<refused> cases{{"/acme", "", "", 401, "API_KEY_REQUIRED"},
                                   {"/acme", "nope", "", 401, "API_KEY_UNKNOWN"},
                                   {"/zeta", "token-of-acme", "", 404, "NAMESPACE_NOT_YOURS"},
                                   {"/none", "token-of-acme", "", 404, "NAMESPACE_NOT_YOURS"},
                                   {"/none", test::global_key, "", 404, ""},
                                   {"/acme", "token-of-acme", "events=MESSAGE_UPSERT", 400, "UNKNOWN_EVENT"}};
  for (const auto& x : cases) {
    const auto client = listen(0, x.nsp, shake_with(x.key, x.query));
    EXPECT_FALSE(client->side) << x.nsp << " " << x.key;
    EXPECT_EQ(client->refusal.refusal_status, x.status) << x.nsp << " " << x.key;
    EXPECT_THAT(client->refusal.refusal_data, HasSubstr(x.code)) << x.nsp << " " << x.key;
    EXPECT_FALSE(client->refusal.refusal.empty());
  }
  EXPECT_EQ(open_sessions(), 0U);
}

TEST_F(StreamConnection, IsDismissedWhenItsInstanceRefusesIt) {
  auto newer = std::make_shared<instance_record>(*acme->record);
  newer->generation = 2;
  caf::anon_send(acme->actor, configure_instance{newer}); // The directory does not know yet.
  settle();
  const auto client = listen(0, "/acme", shake_with("token-of-acme"));
  EXPECT_EQ(client->out.dismissal, "Invalid global token");
  EXPECT_EQ(threads[0]->counters.refused_sessions.get(), 1U);
  close(*client);
}

TEST_F(StreamConnection, IsDismissedWhenItsTokenIsReplacedOrItsInstanceSwitchedOff) {
  const auto first = listen(0, "/acme", shake_with("token-of-acme"));
  auto newer = std::make_shared<instance_record>(*acme->record);
  newer->generation = 2;
  caf::anon_send(acme->actor, configure_instance{newer});
  const auto second = listen(0, "/zeta", shake_with("token-of-zeta"));
  auto off = std::make_shared<instance_record>(*zeta->record);
  off->websocket->enabled = false;
  caf::anon_send(zeta->actor, configure_instance{off});
  settle();
  for (const auto* x : {&first, &second}) {
    EXPECT_THAT((*x)->out.dismissal, HasSubstr("the key was replaced"));
    EXPECT_LE((*x)->out.dismissal.size(), 123U); // RFC 6455, section 5.5.1.
    EXPECT_THAT((*x)->out.packets, IsEmpty());
    close(**x);
  }
}

TEST_F(StreamConnection, IsDismissedWhenItsBrowserTokenExpires) {
  tokens.known["browser"] = {acme->record->id, "acme", acme->record->generation, unix_ms() + 60000, {}};
  const auto client = listen(0, "/acme", shake_with("browser"));
  threads[0]->home.advance(std::chrono::milliseconds{61000});
  settle();
  EXPECT_THAT(client->out.dismissal, HasSubstr("has expired"));
  EXPECT_EQ(threads[0]->counters.expired_sessions.get(), 1U);
  close(*client);
}

TEST_F(StreamConnection, HearsNothingThatClientsSay) {
  rules.client_events = true;
  const auto sender = join_client(0, "/acme", "token-of-acme");
  const auto client = listen(0, "/acme", shake_with("token-of-acme"));
  say(*sender, R"(2/acme,["typing",{"a":1}])");
  say(*client, R"(2/acme,["typing",{"a":1}])");
  EXPECT_THAT(client->out.packets, IsEmpty());
  sender->out.take();
  EXPECT_FALSE(client->out.closed);
  close(*sender);
  close(*client);
}

TEST_F(StreamConnection, LeavesNothingBehind) {
  const auto client = listen(0, "/acme", shake_with("token-of-acme"));
  EXPECT_EQ(open_sessions(), 1U);
  EXPECT_EQ(threads[0]->lists.size(), 1U);
  close(*client);
  settle();
  EXPECT_EQ(open_sessions(), 0U);
  EXPECT_EQ(threads[0]->lists.size(), 0U);
  emit(acme, "call");
  EXPECT_THAT(client->out.packets, IsEmpty());
}

} // namespace
} // namespace arauto
