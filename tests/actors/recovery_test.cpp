#include "actors/memory_event_store.hpp"
#include "tests/support/actor_fixture.hpp"

#include <gmock/gmock.h>

namespace arauto {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;
using testing::StartsWith;

class Recovery : public test::ActorFixture {
protected:
  Recovery() {
    auto made = std::make_unique<memory_event_store>(std::chrono::hours{1}, 1000000);
    memory = made.get();
    store = std::move(made);
    begin(true);
    acme = add_instance(make_record("acme"));
    zeta = add_instance(make_record("zeta"));
  }

  /// What a client of Socket.IO keeps of a session.
  struct kept {
    std::string sid, pid, offset;
  };

  static std::string member_of(const std::string& packet, const std::string& name) {
    const auto head = "\"" + name + "\":\"";
    const auto at = packet.find(head);
    return at == std::string::npos
               ? ""
               : packet.substr(at + head.size(), packet.find('"', at + head.size()) - at - head.size());
  }

  /// The last argument, if it is a text.
  static std::string offset_in(const std::string& packet) {
    const auto end = packet.rfind("\"]");
    const auto begin = packet.rfind(",\"", end);
    return packet.ends_with("\"]") ? packet.substr(begin + 2, end - begin - 2) : "";
  }

  /// Joins as a new session that wants recovery.
  std::unique_ptr<test::fake_client> come(const std::string& nsp, const std::string& key, kept& has,
                                          const std::string& more = "") {
    auto x = join_client(0, nsp, key, R"(,"recovery":true)" + more);
    note(*x, has);
    return x;
  }

  std::unique_ptr<test::fake_client> come_back(const std::string& nsp, const std::string& key, kept& has,
                                               const std::string& more = "") {
    auto auth = R"(,"recovery":true,"pid":")" + has.pid + "\"" + more;
    if (!has.offset.empty())
      auth += R"(,"offset":")" + has.offset + "\"";
    return join_client(1, nsp, key, auth);
  }

  /// Takes over what CONNECT said, and the offsets of the events that came, as a client would.
  static void note(const test::fake_client& x, kept& has) {
    for (const auto& packet : x.out.packets)
      if (packet.starts_with("40")) {
        has.sid = member_of(packet, "sid");
        has.pid = member_of(packet, "pid");
      } else if (const auto seen = offset_in(packet); packet.starts_with("42") && !seen.empty())
        has.offset = seen;
  }

  /// The numbers that events carry as `data`.
  static std::vector<std::string> data_of(const std::vector<std::string>& packets) {
    std::vector<std::string> all;
    for (const auto& x : packets)
      if (const auto at = x.find("\"data\":"); at != std::string::npos)
        all.push_back(x.substr(at + 7, x.find(',', at) - at - 7));
    return all;
  }

  void lose(std::unique_ptr<test::fake_client>& x) {
    close(*x);
    settle();
    x.reset();
  }

  memory_event_store* memory = nullptr;
  directory_entry_ptr acme;
  directory_entry_ptr zeta;
};

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

TEST_F(Recovery, ReplaysFromAnOffsetForAnyClient) {
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

TEST_F(Recovery, SaysWhichOffsetIsTheOldestWhenThatOneIsPurged) {
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

TEST_F(Recovery, GivesAStreamTheIdOfEachEventAndReplaysBehindIt) {
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

TEST_F(Recovery, LetsASlowReaderGoOnFromTheLogAtItsOwnPace) {
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

TEST_F(Recovery, ClosesAReaderThatTakesNothingAtAll) {
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

TEST_F(Recovery, ClosesASlowReaderWhosePlaceHasGone) {
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

} // namespace
} // namespace arauto
