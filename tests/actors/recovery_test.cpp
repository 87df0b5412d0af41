#include "tests/support/recovery_fixture.hpp"

#include <gmock/gmock.h>

namespace arauto {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

class Recovery : public test::RecoveryFixture {};

TEST_F(Recovery, GivesOffsetsOnlyToThoseWhoWantThem) {
  kept has;
  const auto with = come("/acme", "token-of-acme", has);
  const auto without = join_client(0, "/acme", "token-of-acme");
  EXPECT_THAT(has.pid, Not(IsEmpty()));
  EXPECT_THAT(without->out.take(), ElementsAre(Not(HasSubstr("pid"))));
  with->out.take();
  emit(acme, "call", "1");
  EXPECT_THAT(without->out.packets, ElementsAre(testing::EndsWith("}]")));
  ASSERT_THAT(with->out.packets, SizeIs(1));
  EXPECT_EQ(read_offset(offset_in(with->out.packets.front())), memory->extent()->at(1));
  close(*with);
  close(*without);
}

TEST_F(Recovery, KnowsABrowserWithoutBeingAsked) {
  handshake page;
  page.origin = "https://shop.example";
  page.user_agent = "Mozilla/5.0";
  page.api_key = "token-of-acme";
  const auto client = open_client(0, page);
  say(*client, "0/acme,");
  EXPECT_THAT(client->out.packets, ElementsAre(HasSubstr("\"pid\"")));
  close(*client);
  for (const auto mode : {recovery_mode::off, recovery_mode::on}) {
    recovery = mode;
    begin(true);
    const auto plain = join_client(0, "/", test::global_key);
    EXPECT_EQ(plain->out.packets.front().find("pid") != std::string::npos, mode == recovery_mode::on);
    close(*plain);
  }
}

TEST_F(Recovery, GivesBackWhatWasMissedInOrderAndThenWhatComes) {
  kept has;
  auto client = come("/acme", "token-of-acme", has);
  emit(acme, "call", "1");
  note(*client, has);
  emit(acme, "call", "2"); // It never got there.
  lose(client);
  emit(zeta, "call", "99");
  emit(acme, "call", "3");
  const auto again = come_back("/acme", "token-of-acme", has);
  emit(acme, "call", "4");
  ASSERT_THAT(again->out.packets, SizeIs(4));
  EXPECT_EQ(again->out.packets.front(), R"(40/acme,{"sid":")" + has.sid + R"(","pid":")" + has.pid + "\"}");
  EXPECT_THAT(data_of(again->out.packets), ElementsAre("2", "3", "4"));
  EXPECT_EQ(counted(&io_counters::recovered_sessions), 1U);
  EXPECT_EQ(counted(&io_counters::unrecovered_sessions), 0U);
  close(*again);
}

TEST_F(Recovery, WorksForWhoGotNoEventYet) {
  kept has;
  auto client = come("/acme", "token-of-acme", has);
  lose(client);
  emit(acme, "call", "1");
  const auto again = come_back("/acme", "token-of-acme", has);
  EXPECT_EQ(member_of(again->out.packets.front(), "sid"), has.sid);
  EXPECT_THAT(data_of(again->out.packets), ElementsAre("1"));
  close(*again);
}

TEST_F(Recovery, IsNotMisledByTheOffsetOfAnotherSession) {
  kept has;
  auto root = come("/", test::global_key, has);
  emit(zeta, "call", "98");
  emit(zeta, "call", "99");
  note(*root, has);
  lose(root);
  // Another key: a new session, whose client keeps its old offset until an event comes.
  auto fresh = come_back("/acme", "token-of-acme", has);
  const auto old = has;
  note(*fresh, has);
  EXPECT_NE(has.sid, old.sid);
  EXPECT_NE(has.pid, old.pid);
  EXPECT_EQ(has.offset, old.offset);
  EXPECT_THAT(data_of(fresh->out.packets), IsEmpty());
  lose(fresh);
  emit(acme, "call", "1");
  const auto again = come_back("/acme", "token-of-acme", has);
  EXPECT_EQ(member_of(again->out.packets.front(), "sid"), has.sid);
  EXPECT_THAT(data_of(again->out.packets), ElementsAre("1"));
  close(*again);
}

TEST_F(Recovery, IsANewSessionWithAnotherKeyFilterOrNamespace) {
  kept has;
  auto client = come("/acme", "token-of-acme", has, R"(,"events":["call"])");
  lose(client);
  emit(acme, "call", "1");
  const auto is_new = [&](const std::string& nsp, const std::string& key, const std::string& more) {
    const auto x = come_back(nsp, key, has, more);
    const auto& got = x->out.packets;
    const auto sid = member_of(got.front(), "sid");
    EXPECT_THAT(sid, Not(IsEmpty()));
    EXPECT_TRUE(sid == has.sid || data_of(got).empty()) << "a new session gets nothing old";
    close(*x);
    return sid != has.sid;
  };
  EXPECT_TRUE(is_new("/acme", "token-of-acme", ""));
  EXPECT_TRUE(is_new("/acme", "token-of-acme", R"(,"events":["call","messages.upsert"])"));
  EXPECT_TRUE(is_new("/zeta", "token-of-zeta", R"(,"events":["call"])"));
  EXPECT_TRUE(is_new("/", "token-of-acme", R"(,"events":["call"])"));
  EXPECT_FALSE(is_new("/acme", "token-of-acme", R"(,"events":["call"])"));
  EXPECT_FALSE(is_new("/acme", test::global_key, R"(,"events":["CALL"])")) << "the same rights and events";
}

TEST_F(Recovery, IsANewSessionAfterTheTokenWasReplaced) {
  kept has;
  auto client = come("/acme", "token-of-acme", has);
  lose(client);
  auto newer = std::make_shared<instance_record>(*acme->record);
  newer->generation = 2;
  auto entry = std::make_shared<directory_entry>(*acme);
  entry->record = newer;
  caf::anon_send(acme->actor, configure_instance{newer});
  board.publish(board.current()->with(entry));
  settle();
  const auto again = come_back("/acme", "token-of-acme", has);
  EXPECT_NE(member_of(again->out.packets.front(), "sid"), has.sid);
  close(*again);
}

TEST_F(Recovery, EndsTheSessionThatHasNotNoticedYet) {
  kept has;
  const auto old = come("/acme", "token-of-acme", has);
  const auto again = come_back("/acme", "token-of-acme", has);
  EXPECT_TRUE(old->out.closed);
  EXPECT_EQ(old->out.reason, close_reason::forced_close);
  EXPECT_THAT(old->out.packets, SizeIs(1)) << "no DISCONNECT, which is final";
  EXPECT_FALSE(again->out.closed);
  close(*old);
  close(*again);
}

TEST_F(Recovery, NeverSaysThatNothingIsMissingWhenSomethingIs) {
  kept has;
  auto client = come("/acme", "token-of-acme", has);
  lose(client);
  emit(acme, "call", "1");
  memory->erase(acme->record->id);
  log_places.note_commit(memory->last(), memory->extent());
  auto again = come_back("/acme", "token-of-acme", has);
  EXPECT_NE(member_of(again->out.packets.front(), "sid"), has.sid);
  EXPECT_THAT(data_of(again->out.packets), IsEmpty());
  lose(again);
  kept quiet;
  auto other = come("/zeta", "token-of-zeta", quiet);
  lose(other);
  emit(acme, "call", "2");
  memory->erase(acme->record->id);
  log_places.note_commit(memory->last(), memory->extent());
  const auto back = come_back("/zeta", "token-of-zeta", quiet);
  EXPECT_EQ(member_of(back->out.packets.front(), "sid"), quiet.sid) << "nothing of its own has gone";
  close(*back);
}

TEST_F(Recovery, IsANewSessionWhenEventsGoWhileItIsLetIn) {
  kept has;
  auto client = come("/acme", "token-of-acme", has);
  lose(client);
  emit(acme, "call", "1");
  const auto again = open_client(1);
  again->side->on_text(R"(0/acme,{"apikey":"token-of-acme","recovery":true,"pid":")" + has.pid + "\"}");
  memory->erase(acme->record->id); // The gate has judged already.
  log_places.note_commit(memory->last(), memory->extent());
  settle();
  ASSERT_THAT(again->out.packets, SizeIs(1));
  EXPECT_NE(member_of(again->out.packets.front(), "sid"), has.sid);
  EXPECT_NE(member_of(again->out.packets.front(), "pid"), has.pid);
  EXPECT_EQ(counted(&io_counters::unrecovered_sessions), 1U);
  emit(acme, "call", "2");
  EXPECT_THAT(data_of(again->out.packets), ElementsAre("2"));
  close(*again);
}

TEST_F(Recovery, DoesNotTakeAForgedPidOrAnImpossibleOffset) {
  kept has;
  auto client = come("/acme", "token-of-acme", has);
  lose(client);
  emit(acme, "call", "1");
  for (const auto& [pid, at] : std::vector<std::pair<std::string, std::string>>{
           {"pid999", ""}, {has.pid, to_string({memory->extent()->now().number, 99})}, {has.pid, to_string({1, 1})}}) {
    kept wrong{has.sid, pid, at};
    const auto x = come_back("/acme", "token-of-acme", wrong);
    EXPECT_NE(member_of(x->out.packets.front(), "sid"), has.sid) << pid << " " << at;
    close(*x);
  }
  EXPECT_EQ(counted(&io_counters::recovered_sessions), 0U);
  EXPECT_EQ(counted(&io_counters::unrecovered_sessions), 3U);
}

TEST_F(Recovery, EndsWhatClientsSendInThePlaceOfTheSession) {
  rules.client_events = true;
  kept has;
  const auto client = come("/acme", "token-of-acme", has);
  const auto sender = join_client(0, "/acme", "token-of-acme");
  emit(acme, "call", "1");
  note(*client, has);
  client->out.take();
  say(*sender, R"(2/acme,["typing","0000000000000001-7"])");
  EXPECT_THAT(client->out.take(), ElementsAre(R"(42/acme,["typing","0000000000000001-7",")" + has.offset + "\"]"));
  close(*client);
  close(*sender);
}

TEST_F(Recovery, KeepsTheOrderOfAllInstancesForWhoSeesSeveral) {
  auto twin = make_record("twin");
  twin->token = "token-of-acme";
  const auto second = add_instance(twin);
  const auto client = join_client(0, "/", "token-of-acme");
  client->out.take();
  for (int i = 0; i < 6; ++i) {
    std::vector<emission> events{event_of("call", std::to_string(i))};
    threads[0]->intake_q.submit((i % 2 == 0 ? acme : second)->actor, std::move(events), {0, 0, 0, ++last_request});
    if (i == 2)
      emit(zeta, "call", "99");
  }
  settle();
  const auto got = data_of(client->out.packets);
  EXPECT_THAT(got, testing::UnorderedElementsAre("0", "1", "2", "3", "4", "5"));
  std::vector<event_sequence> places;
  for (const auto& x : memory->read({}).events)
    if (x.what->from->id != zeta->record->id)
      places.push_back(x.what->sequence);
  std::vector<std::string> in_order;
  for (const auto& x : memory->read({}).events)
    if (x.what->from->id != zeta->record->id)
      in_order.emplace_back(x.what->what.data);
  EXPECT_EQ(got, in_order);
  close(*client);
}

// -- on request

} // namespace
} // namespace arauto
