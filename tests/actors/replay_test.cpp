#include "tests/support/recovery_fixture.hpp"

#include <gmock/gmock.h>

namespace arauto {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;
using testing::StartsWith;

class Replay : public test::RecoveryFixture {
protected:
  /// Whether the log keeps what an instance's events say.
  void let_keep(const directory_entry_ptr& x, bool is_kept) {
    auto next = std::make_shared<instance_record>(*x->record);
    next->websocket->keeps_events = is_kept;
    caf::anon_send(x->actor, configure_instance{std::move(next)});
    settle();
  }
};

TEST_F(Replay, ReplaysFromAnOffsetForAnyClient) {
  for (int i = 1; i <= 4; ++i)
    emit(acme, i % 2 == 0 ? "call" : "chats.set", std::to_string(i));
  const auto since = to_string(memory->extent()->at(1));
  const auto client = join_client(0, "/acme", "token-of-acme", R"(,"since":")" + since + R"(","events":["call"])");
  EXPECT_THAT(data_of(client->out.packets), ElementsAre("2", "4"));
  EXPECT_THAT(client->out.packets.front(), StartsWith("40/acme,"));
  emit(acme, "call", "5");
  EXPECT_THAT(data_of(client->out.packets), ElementsAre("2", "4", "5"));
  close(*client);
}

TEST_F(Replay, SaysWhichOffsetIsTheOldestWhenThatOneIsPurged) {
  emit(acme, "call", "1");
  memory->erase(acme->record->id);
  log_places.note_commit(memory->last(), memory->extent());
  emit(acme, "call", "2");
  const auto zero = to_string(memory->extent()->at(0));
  const auto refused = join_client(0, "/acme", "token-of-acme", R"(,"since":")" + zero + "\"");
  ASSERT_THAT(refused->out.packets, ElementsAre(StartsWith("44/acme,")));
  EXPECT_THAT(refused->out.packets.front(), HasSubstr("OFFSET_PURGED"));
  const auto oldest = member_of(refused->out.packets.front(), "oldest");
  const auto client = join_client(0, "/acme", "token-of-acme", R"(,"since":")" + oldest + "\"");
  EXPECT_THAT(data_of(client->out.packets), ElementsAre("2"));
  const auto unknown = join_client(0, "/acme", "token-of-acme", R"(,"since":"nonsense")");
  EXPECT_THAT(unknown->out.packets, ElementsAre(HasSubstr("OFFSET_UNKNOWN")));
  for (const auto* x : {&refused, &client, &unknown})
    close(**x);
}

TEST_F(Replay, GivesAStreamTheIdOfEachEventAndReplaysBehindIt) {
  handshake shake;
  shake.api_key = "token-of-acme";
  auto first = listen(0, "/acme", shake, event_form::sse);
  emit(acme, "call", "1");
  ASSERT_THAT(first->out.packets, ElementsAre(StartsWith("id: ")));
  const auto id = first->out.packets.front().substr(4, first->out.packets.front().find('\n') - 4);
  close(*first);
  settle();
  emit(acme, "call", "2");
  emit(zeta, "call", "99");
  shake.last_event_id = id;
  const auto again = listen(0, "/acme", shake, event_form::sse);
  EXPECT_THAT(data_of(again->out.packets), ElementsAre("2"));
  close(*again);
  shake.last_event_id = "nonsense";
  EXPECT_EQ(listen(0, "/acme", shake, event_form::sse)->refusal.refusal_status, 410U);
}

// -- slow readers

TEST_F(Replay, LetsASlowReaderGoOnFromTheLogAtItsOwnPace) {
  const auto client = join_client(0, "/acme", "token-of-acme");
  client->out.take();
  client->out.waiting_max = 300000;
  const std::string big(50000, '1');
  for (int i = 0; i < 12; ++i)
    emit(acme, "call", big + std::to_string(i % 10));
  EXPECT_FALSE(client->out.closed);
  EXPECT_LT(client->out.packets.size(), 12U);
  EXPECT_EQ(threads[0]->counters.fallen_behind.get(), 1U);
  for (int i = 0; i < 10; ++i) {
    client->out.waiting = 0; // It has read.
    threads[0]->home.advance(std::chrono::milliseconds{20});
    settle();
  }
  std::vector<std::string> expected;
  for (int i = 0; i < 12; ++i)
    expected.push_back(big + std::to_string(i % 10));
  EXPECT_EQ(data_of(client->out.packets), expected);
  emit(acme, "call", "live");
  EXPECT_EQ(data_of(client->out.packets).back(), "live");
  close(*client);
}

TEST_F(Replay, ClosesAReaderThatTakesNothingAtAll) {
  const auto client = join_client(0, "/acme", "token-of-acme");
  client->out.waiting_max = 300000;
  for (int i = 0; i < 12; ++i)
    emit(acme, "call", std::string(50000, '1'));
  threads[0]->home.advance(std::chrono::milliseconds{29000});
  settle();
  EXPECT_FALSE(client->out.closed);
  for (int i = 0; i < 3; ++i)
    threads[0]->home.advance(std::chrono::milliseconds{1000});
  settle();
  EXPECT_TRUE(client->out.closed);
  EXPECT_EQ(client->out.reason, close_reason::transport_error);
  close(*client);
}

TEST_F(Replay, ClosesASlowReaderWhosePlaceHasGone) {
  const auto client = join_client(0, "/acme", "token-of-acme");
  client->out.waiting_max = 300000;
  for (int i = 0; i < 12; ++i)
    emit(acme, "call", std::string(50000, '1'));
  memory->erase(acme->record->id);
  log_places.note_commit(memory->last(), memory->extent());
  client->out.waiting = 0;
  threads[0]->home.advance(std::chrono::milliseconds{20});
  settle();
  EXPECT_TRUE(client->out.closed);
  close(*client);
}

TEST_F(Replay, KnowsThatAnInstanceLetsNothingBeKept) {
  let_keep(acme, false);
  kept has;
  auto client = come("/", test::global_key, has);
  emit(acme, "call", "1");
  emit(zeta, "call", "2");
  EXPECT_THAT(data_of(client->out.packets), ElementsAre("1", "2")) << "who is there gets it";
  note(*client, has);
  EXPECT_THAT(memory->read({}).events, SizeIs(2)) << "its place is kept";
  EXPECT_TRUE(memory->read({}).events[0].is_gap());
  lose(client);
  emit(zeta, "call", "3");
  client = come_back("/", test::global_key, has);
  EXPECT_THAT(client->out.packets.front(), HasSubstr(has.pid)) << "nothing is missing";
  EXPECT_THAT(data_of(client->out.packets), ElementsAre("3"));
  note(*client, has);
  lose(client);
  emit(acme, "call", "4");
  emit(zeta, "call", "5");
  client = come_back("/", test::global_key, has);
  EXPECT_THAT(client->out.packets, ElementsAre(Not(HasSubstr(has.pid)))) << "never half";
  lose(client);
}

TEST_F(Replay, IsNotStoppedByAGapThatTheClientWouldNotHaveGot) {
  let_keep(acme, false);
  kept has;
  auto client = come("/", test::global_key, has, R"(,"events":["chats.set"])");
  lose(client);
  emit(acme, "call", "1");
  emit(zeta, "chats.set", "2");
  client = come_back("/", test::global_key, has, R"(,"events":["chats.set"])");
  EXPECT_THAT(client->out.packets.front(), HasSubstr(has.pid));
  EXPECT_THAT(data_of(client->out.packets), ElementsAre("2"));
  lose(client);
}

TEST_F(Replay, GoesWithTheSwitchOfTheInstanceInItsNamespace) {
  const auto choose = [this](std::optional<bool> choice) {
    auto next = std::make_shared<instance_record>(*acme->record);
    next->websocket->recovery = choice;
    auto entry = std::make_shared<directory_entry>(*acme);
    entry->record = next;
    board.publish(board.current()->with(entry));
  };
  const auto joins_with_pid = [this](const std::string& nsp, const char* more) {
    const auto client = join_client(0, nsp, test::global_key, more);
    const auto has_pid = client->out.packets.at(0).find("\"pid\"") != std::string::npos;
    close(*client);
    return has_pid;
  };
  constexpr auto asks = R"(,"recovery":true)";
  choose(true);
  EXPECT_TRUE(joins_with_pid("/acme", ""));
  EXPECT_FALSE(joins_with_pid("/", ""));
  choose(false);
  EXPECT_FALSE(joins_with_pid("/acme", asks));
  EXPECT_TRUE(joins_with_pid("/", asks));
  choose(std::nullopt);
  EXPECT_TRUE(joins_with_pid("/acme", asks));
}

} // namespace
} // namespace arauto
