#include "tests/support/actor_fixture.hpp"

#include <gmock/gmock.h>

namespace arauto {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

class Instance : public test::ActorFixture {
protected:
  directory_entry_ptr acme = add_instance(make_record("acme"));
};

TEST_F(Instance, BringsEventsToItsSessionsOnEveryThread) {
  const auto first = join_client(0, "/acme", acme->record->token);
  const auto second = join_client(1, "/acme", acme->record->token);
  EXPECT_THAT(first->out.take(), ElementsAre(StartsWith("40/acme,{\"sid\":\"")));
  second->out.take();
  emit(acme, "messages.upsert", R"({"n":12345678901234567890,"b":1.10,"a":[]})");
  const auto expected = testing::StartsWith(
      R"(42/acme,["messages.upsert",{"event":"messages.upsert","instance":"acme","data":{"n":12345678901234567890,"b":1.10,"a":[]},"date_time":")");
  EXPECT_THAT(first->out.packets, ElementsAre(expected));
  EXPECT_THAT(second->out.packets, ElementsAre(expected));
  EXPECT_THAT(first->out.packets.front(), testing::EndsWith("Z\",\"apikey\":null}]"));
  EXPECT_THAT(answers, ElementsAre("1:ok"));
  close(*first);
  close(*second);
}

TEST_F(Instance, KeepsTheOrderOfItsEvents) {
  const auto client = join_client(1, "/acme", acme->record->token);
  client->out.take();
  for (int i = 0; i < 50; ++i) {
    std::vector<emission> events;
    events.push_back(event_of("call", std::to_string(i)));
    threads[0]->intake_q.submit(acme->actor, std::move(events), {0, 0, 0, 1});
    if (i % 7 == 0)
      settle();
  }
  settle();
  ASSERT_EQ(client->out.packets.size(), 50U);
  for (int i = 0; i < 50; ++i)
    EXPECT_THAT(client->out.packets[static_cast<std::size_t>(i)], HasSubstr("\"data\":" + std::to_string(i) + ","));
  close(*client);
}

TEST_F(Instance, SendsOnlyWhatItsSelectionNames) {
  const auto chosen = add_instance(make_record("chosen", {"MESSAGES_UPSERT", "GROUP_UPDATE"}));
  const auto client = join_client(0, "/chosen", chosen->record->token);
  client->out.take();
  emit(chosen, "call");
  emit(chosen, "custom.event");
  EXPECT_THAT(client->out.packets, IsEmpty());
  emit(chosen, "messages.upsert");
  emit(chosen, "groups.update");
  EXPECT_EQ(client->out.packets.size(), 2U);
  close(*client);
}

TEST_F(Instance, AppliesTheFilterOfTheClient) {
  const auto client = join_client(0, "/acme", acme->record->token, R"(,"events":["CALL","my.event"])");
  client->out.take();
  emit(acme, "messages.upsert");
  emit(acme, "your.event");
  EXPECT_THAT(client->out.packets, IsEmpty());
  emit(acme, "call");
  emit(acme, "my.event");
  EXPECT_EQ(client->out.packets.size(), 2U);
  close(*client);
}

TEST_F(Instance, RefusesAKeyOfAnOldGeneration) {
  auto old = std::make_shared<directory_entry>(*acme);
  auto newer = std::make_shared<instance_record>(*acme->record);
  newer->generation = 2;
  caf::anon_send(acme->actor, configure_instance{newer});
  settle();
  const auto client = join_client(0, "/acme", acme->record->token); // The directory does not know yet.
  EXPECT_THAT(client->out.packets, ElementsAre(R"(44/acme,{"message":"Invalid global token"})"));
  close(*client);
}

TEST_F(Instance, ClosesItsSessionsWhenItsTokenChanges) {
  const auto client = join_client(0, "/acme", acme->record->token);
  client->out.take();
  auto newer = std::make_shared<instance_record>(*acme->record);
  newer->generation = 2;
  caf::anon_send(acme->actor, configure_instance{newer});
  settle();
  EXPECT_THAT(client->out.take(), ElementsAre("41/acme,"));
  emit(acme, "call");
  EXPECT_THAT(client->out.packets, IsEmpty());
  close(*client);
}

TEST_F(Instance, ClosesItsSessionsWhenItIsSwitchedOff) {
  const auto client = join_client(1, "/acme", acme->record->token);
  client->out.take();
  auto off = std::make_shared<instance_record>(*acme->record);
  off->websocket->enabled = false;
  caf::anon_send(acme->actor, configure_instance{off});
  settle();
  EXPECT_THAT(client->out.packets, ElementsAre("41/acme,"));
  EXPECT_FALSE(client->out.closed);
  close(*client);
}

TEST_F(Instance, RefusesEventsAfterItWasDeleted) {
  caf::anon_send(acme->actor, retire_instance{});
  emit(acme, "call");
  EXPECT_THAT(answers, ElementsAre(R"(1:404 The "acme" instance does not exist)"));
}

TEST_F(Instance, EndsWhenItWasDeletedAndNobodyKnowsItAnyMore) {
  const auto watched = acme->actor.address();
  caf::anon_send(acme->actor, retire_instance{});
  board.publish(board.current()->without("acme"));
  acme = nullptr;
  for (auto& x : threads)
    x->view.get();
  settle();
  EXPECT_EQ(caf::actor_cast<caf::strong_actor_ptr>(watched), nullptr);
}

TEST_F(Instance, ShowsItsTokenInTheEnvelopeWhenAsked) {
  expose_token = true;
  begin(true);
  const auto open = add_instance(make_record("open"));
  const auto client = join_client(0, "/open", open->record->token);
  client->out.take();
  emit(open, "call");
  EXPECT_THAT(client->out.packets, ElementsAre(HasSubstr(R"("apikey":"token-of-open"})")));
  close(*client);
}

TEST_F(Instance, BringsClientEventsToTheOthersOnly) {
  rules.client_events = true;
  const auto sender = join_client(0, "/acme", acme->record->token);
  const auto other = join_client(1, "/acme", acme->record->token);
  sender->out.take();
  other->out.take();
  say(*sender, R"(2/acme,7["typing",{"a":1}])");
  EXPECT_THAT(sender->out.packets, ElementsAre("43/acme,7[]"));
  EXPECT_THAT(other->out.packets, ElementsAre(R"(42/acme,["typing",{"a":1}])"));
  close(*sender);
  close(*other);
}

} // namespace
} // namespace arauto
