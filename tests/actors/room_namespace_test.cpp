#include "actors/room_namespace.hpp"
#include "tests/support/actor_fixture.hpp"

#include <gmock/gmock.h>

#include <functional>

namespace arauto {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::StartsWith;
using testing::UnorderedElementsAre;

using namespace std::chrono_literals;

/// What a client asks for by name, so that a test reads as a script; `on_event` is the test's.
struct parlour_state : room_namespace_state {
  static constexpr const char* name = "parlour";
  void let_in(const join& x) {
    if (x.auth.find("stranger") != std::string::npos)
      return refuse(x, "not authorized", R"({"code":7})");
    knows ? admit_as(x, *knows, {"old room"}) : admit(x);
    emit(only(x.who), {"welcome", x.auth.empty() ? "{}" : x.auth});
  }
  void let_go(const leave& x) {
    ends.push_back(std::string{x.why} + " with " + std::to_string(x.rooms.size()) + " rooms");
    release(x);
  }
  void hear(const client_event& x) { on_event(x); }

  std::function<void(const client_event&)> on_event;
  std::vector<std::string> ends;
  std::optional<known_session> knows;
};
using parlour_actor = placed_actor<room_namespace_actor, parlour_state>;

behaviour<parlour_state> parlour(parlour_actor* self, std::vector<hub_actor> hubs) {
  self->state.begin(self->unit(), self->handle(), std::move(hubs), 5, "/parlour");
  return room_namespace_handles<&parlour_state::let_in, &parlour_state::let_go, &parlour_state::hear>;
}

/// Lets everybody into the one namespace.
class open_gate final : public gate {
public:
  admission admit(const handshake&) override { return {}; }
  std::chrono::milliseconds connect_timeout(const handshake&) override { return 1s; }
  std::variant<gate_pass, gate_refusal> judge(const connect_request& x) override {
    gate_pass pass;
    pass.owner = owner;
    pass.ticket.auth = x.auth;
    pass.ticket.shake = x.shake;
    pass.client_events = &rules;
    return pass;
  }
  std::size_t namespaces_max() const noexcept override { return 10; }
  room_namespace_actor owner;
  client_event_rules rules;
};

class RoomNamespace : public test::ActorFixture {
protected:
  RoomNamespace() {
    owner = spawn_on<room_namespace_actor, parlour_state>(threads[1]->unit, parlour,
                                                          std::vector<hub_actor>{threads[0]->hub, threads[1]->hub});
    door.owner = owner;
    state = &static_cast<parlour_actor*>(caf::actor_cast<caf::abstract_actor*>(owner))->state;
    for (std::size_t i = 0; i < 2; ++i)
      fronts.push_back(
          std::make_unique<front>(connection_services{threads[i]->unit, door, threads[i]->lists, packets}));
    settle();
  }
  ~RoomNamespace() override {
    for (auto& x : clients)
      if (x)
        close(*x);
    state->on_event = nullptr;
    caf::anon_send_exit(owner, caf::exit_reason::user_shutdown);
    owner = nullptr;
    door.owner = nullptr;
    settle();
  }

  /// A client on the thread of that number, joined, with nothing unread.
  test::fake_client& enter(std::size_t thread) {
    auto& x = *clients.emplace_back(std::make_unique<test::fake_client>());
    x.side = fronts[thread]->open(x.out, {});
    say(x, "0/parlour,");
    x.out.take();
    return x;
  }
  /// Has the namespace do something for a client that says so.
  void act(test::fake_client& by, std::function<void(const client_event&)> what,
           const std::string& packet = "[\"go\"]") {
    state->on_event = std::move(what);
    say(by, "2/parlour," + packet);
  }
  void put_in(test::fake_client& who, const std::string& room) {
    act(who, [this, room](const client_event& x) { state->change_rooms_of(state->only(x.from), {room}, {}); });
  }

  open_gate door;
  room_namespace_actor owner;
  parlour_state* state = nullptr;
  std::vector<std::unique_ptr<front>> fronts;
  std::vector<std::unique_ptr<test::fake_client>> clients;
};

TEST_F(RoomNamespace, LetsASessionInAsOneThatItKnows) {
  auto& x = *clients.emplace_back(std::make_unique<test::fake_client>());
  x.side = fronts[0]->open(x.out, {});
  state->knows = known_session{"old-sid", "its-pid", {frame::text({"42/parlour,[\"missed\"]"})}};
  say(x, "0/parlour,");
  EXPECT_THAT(x.out.take(),
              ElementsAre("42/parlour,[\"missed\"]", "40/parlour,{\"sid\":\"old-sid\",\"pid\":\"its-pid\"}",
                          "42/parlour,[\"welcome\",{}]"));
  act(x, [this](const client_event&) { state->emit(state->room("old room"), {"still here", ""}); });
  EXPECT_THAT(x.out.take(), ElementsAre("42/parlour,[\"still here\"]"));
}

TEST_F(RoomNamespace, AnswersConnectBeforeItsOwnFirstEventAndOnce) {
  enter(0);
  enter(1);
  auto& x = *clients.emplace_back(std::make_unique<test::fake_client>());
  x.side = fronts[0]->open(x.out, {});
  say(x, R"(0/parlour,{"a":1})");
  EXPECT_THAT(x.out.take(), ElementsAre(StartsWith(R"(40/parlour,{"sid":)"), R"(42/parlour,["welcome",{"a":1}])"));
}

TEST_F(RoomNamespace, RefusesWithData) {
  auto& x = *clients.emplace_back(std::make_unique<test::fake_client>());
  x.side = fronts[0]->open(x.out, {});
  say(x, R"(0/parlour,{"who":"stranger"})");
  EXPECT_THAT(x.out.take(), ElementsAre(R"(44/parlour,{"message":"not authorized","data":{"code":7}})"));
}

TEST_F(RoomNamespace, BringsAnEventToTheUnionOfRoomsOnceEachWithoutTheExcepted) {
  auto& a = enter(0);
  auto& b = enter(1);
  auto& c = enter(1);
  auto& outside = enter(0);
  for (const auto* room : {"red", "blue"}) {
    put_in(a, room);
    put_in(b, room);
  }
  put_in(c, "red");
  put_in(c, "quiet");
  act(a, [this](const client_event&) {
    auto to = state->room("red");
    to.rooms.emplace_back("blue");
    to.except = {"quiet"};
    state->emit(to, {"news", "1"});
  });
  EXPECT_THAT(a.out.take(), ElementsAre(R"(42/parlour,["news",1])"));
  EXPECT_THAT(b.out.take(), ElementsAre(R"(42/parlour,["news",1])"));
  EXPECT_THAT(c.out.take(), IsEmpty());
  EXPECT_THAT(outside.out.take(), IsEmpty());
}

TEST_F(RoomNamespace, SparesTheOneWhoAsksForABroadcastToTheOthers) {
  auto& a = enter(0);
  auto& b = enter(1);
  act(a, [this](const client_event& x) {
    auto others = state->everybody();
    others.except_session = x.from;
    state->emit(others, {"news", ""});
  });
  EXPECT_THAT(a.out.take(), IsEmpty());
  EXPECT_THAT(b.out.take(), ElementsAre(R"(42/parlour,["news"])"));
}

TEST_F(RoomNamespace, ForgetsRoomsThatWereLeftAndSessionsThatEnded) {
  auto& a = enter(0);
  auto& b = enter(0);
  put_in(a, "red");
  put_in(b, "red");
  act(a, [this](const client_event& x) { state->change_rooms_of(state->only(x.from), {}, {"red"}); });
  act(a, [this](const client_event&) { state->emit(state->room("red"), {"news", ""}); });
  EXPECT_THAT(a.out.take(), IsEmpty());
  EXPECT_EQ(b.out.take().size(), 1U);
  close(b);
  settle();
  EXPECT_THAT(state->ends, ElementsAre("transport close with 2 rooms"));
  EXPECT_EQ(threads[0]->lists.rooms().find(5, "red"), nullptr);
  clients[1].reset();
}

TEST_F(RoomNamespace, TellsWhoIsThereAndInWhichRooms) {
  auto& a = enter(0);
  enter(1);
  put_in(a, "red");
  std::vector<std::size_t> rooms;
  act(a, [&](const client_event&) {
    state->find(state->everybody(), [&](const std::vector<found_session>& all) {
      for (const auto& x : all)
        rooms.push_back(x.rooms.size());
    });
  });
  EXPECT_THAT(rooms, UnorderedElementsAre(2U, 1U));
}

TEST_F(RoomNamespace, DropsAVolatilePacketAsAWholeWhenTheTransportIsBusy) {
  auto& a = enter(0);
  auto& b = enter(1);
  b.out.writable = false;
  act(a, [this](const client_event&) {
    const std::vector<std::string> bytes{"x"};
    state->emit(state->everybody(), {"v", R"({"_placeholder":true,"num":0})", bytes}, true);
  });
  EXPECT_EQ(a.out.take().size(), 2U);
  EXPECT_THAT(b.out.take(), IsEmpty());
  EXPECT_EQ(threads[1]->counters.dropped_volatile_packets.get(), 1U);
}

TEST_F(RoomNamespace, CollectsTheAnswersOfAllReceivers) {
  auto& a = enter(0);
  auto& b = enter(1);
  std::vector<std::string> got;
  bool late = true;
  const auto ask = [&](const client_event&) {
    state->ask(state->everybody(), {"how", ""}, 1s, [&](const acks_collected& x) {
      late = x.has_timed_out;
      for (const auto& answer : x.answers)
        got.push_back(answer.content->arguments);
    });
  };
  act(a, ask);
  EXPECT_THAT(a.out.take(), ElementsAre(R"(42/parlour,0["how"])"));
  say(a, R"(3/parlour,0["good"])");
  say(a, R"(3/parlour,0["twice counts once"])");
  EXPECT_THAT(got, IsEmpty()) << "one has not answered";
  say(b, R"(3/parlour,9["nobody asked"])");
  say(b, R"(3/parlour,0[ "well", 2 ])");
  EXPECT_THAT(got, ElementsAre(R"("good")", R"( "well", 2 )"));
  EXPECT_FALSE(late);
}

TEST_F(RoomNamespace, GivesTheAnswersSoFarWhenTheTimeIsOver) {
  auto& a = enter(0);
  enter(1);
  std::size_t count = 9;
  bool late = false;
  act(a, [&](const client_event&) {
    state->ask(state->everybody(), {"how", ""}, 100ms, [&](const acks_collected& x) {
      late = x.has_timed_out;
      count = x.answers.size();
    });
  });
  say(a, "3/parlour,0[]");
  EXPECT_EQ(count, 9U);
  for (auto& x : threads)
    x->home.advance(100ms);
  settle();
  EXPECT_TRUE(late);
  EXPECT_EQ(count, 1U);
}

TEST_F(RoomNamespace, CompletesAtOnceWhenNobodyIsAsked) {
  auto& a = enter(0);
  bool complete = false;
  act(a, [&](const client_event&) {
    state->ask(state->room("empty"), {"how", ""}, 1s,
               [&](const acks_collected& x) { complete = !x.has_timed_out && x.answers.empty(); });
  });
  EXPECT_TRUE(complete);
}

TEST_F(RoomNamespace, AcknowledgesWithAttachments) {
  auto& a = enter(0);
  state->on_event = [this](const client_event& x) {
    state->acknowledge(x, x.content->arguments, x.content->attachments);
  };
  say(a, R"(51-/parlour,3["go",{"_placeholder":true,"num":0}])");
  a.side->on_binary("\x01");
  settle();
  EXPECT_THAT(a.out.take(), ElementsAre(R"(461-/parlour,3[{"_placeholder":true,"num":0}])", "\x01"));
}

TEST_F(RoomNamespace, EndsOneMembershipOrTheWholeConnection) {
  auto& a = enter(0);
  auto& b = enter(1);
  act(a, [this](const client_event& x) { state->disconnect(state->only(x.from), session_end::membership); });
  EXPECT_THAT(a.out.take(), ElementsAre("41/parlour,"));
  EXPECT_FALSE(a.out.closed);
  act(b, [this](const client_event& x) { state->disconnect(state->only(x.from), session_end::client); });
  EXPECT_THAT(b.out.take(), ElementsAre("41/parlour,"));
  EXPECT_TRUE(b.out.closed);
  EXPECT_THAT(state->ends, ElementsAre(StartsWith("server namespace disconnect"), StartsWith("server namespace")));
}

} // namespace
} // namespace arauto
