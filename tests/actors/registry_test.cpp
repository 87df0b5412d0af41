#include "actors/registry.hpp"
#include "tests/support/actor_fixture.hpp"

#include <caf/event_based_actor.hpp>
#include <gmock/gmock.h>

#include <future>

namespace arauto {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

class fake_store final : public instance_store {
public:
  std::vector<instance_record> load() override { return rows; }
  failure insert(const instance_record& x) override {
    if (broken)
      return "the disk is full";
    rows.push_back(x);
    return {};
  }
  failure update(const instance_record& x) override {
    if (broken)
      return "the disk is full";
    for (auto& row : rows)
      if (row.id == x.id)
        row = x;
    return {};
  }
  failure remove(const std::string& id) override {
    if (broken)
      return "the disk is full";
    std::erase_if(rows, [&](const instance_record& x) { return x.id == id; });
    return {};
  }
  std::vector<instance_record> rows;
  bool broken = false;
};

class Registry : public test::ActorFixture {
protected:
  ~Registry() override {
    caf::anon_send_exit(names, caf::exit_reason::user_shutdown);
    settle();
    names = nullptr;
  }

  void start() {
    names = system.spawn(registry, registry_services{&store,
                                                     &board,
                                                     {&threads[0]->unit, &threads[1]->unit},
                                                     broadcaster_,
                                                     services,
                                                     2,
                                                     tokens_may_repeat,
                                                     std::make_shared<std::promise<void>>()});
    settle();
  }

  template <class Question>
  instance_answer ask(Question what) {
    instance_answer got;
    const auto asker = system.spawn([&](caf::event_based_actor* self) {
      self->request(names, caf::infinite, std::move(what)).then([&got](const instance_answer& x) { got = x; });
    });
    settle();
    return got;
  }

  std::string id_of(const std::string& name) {
    const auto entry = board.current()->find(name);
    return entry ? entry->record->id : "";
  }

  create_instance wish(const std::string& name) {
    create_instance x{*make_record(name)};
    x.record.token.clear();
    return x;
  }

  fake_store store;
  bool tokens_may_repeat = false;
  registry_actor names;
};

TEST_F(Registry, HasEveryStoredInstanceInTheDirectoryAtStartUp) {
  store.rows = {*make_record("a"), *make_record("b")};
  start();
  EXPECT_EQ(board.current()->size(), 2U);
  const auto client = join_client(0, "/a", "token-of-a");
  EXPECT_THAT(client->out.packets, ElementsAre(StartsWith("40/a,")));
  close(*client);
}

TEST_F(Registry, GivesANewInstanceIdTokenAndTimes) {
  start();
  const auto made = ask(wish("a"));
  ASSERT_TRUE(made.record);
  EXPECT_EQ(made.record->id.size(), 36U);
  EXPECT_EQ(made.record->token.size(), 36U);
  EXPECT_GT(made.record->created_at_ms, 0);
  EXPECT_THAT(made.record->websocket->id, StartsWith("c"));
  EXPECT_EQ(store.rows.size(), 1U);
}

TEST_F(Registry, RefusesATakenNameAndOneInstanceTooMany) {
  start();
  ask(wish("a"));
  EXPECT_EQ(ask(wish("a")).why, refusal::name_taken);
  ask(wish("b"));
  const auto third = ask(wish("c"));
  EXPECT_EQ(third.why, refusal::limit_reached);
  EXPECT_THAT(third.reason, HasSubstr("INSTANCES_MAX"));
}

TEST_F(Registry, ChangesNothingWhenTheStoreFails) {
  start();
  ask(wish("a"));
  store.broken = true;
  EXPECT_EQ(ask(wish("b")).reason, "the disk is full");
  EXPECT_EQ(ask(delete_instance{"a", id_of("a")}).why, refusal::storage_failure);
  EXPECT_EQ(ask(change_instance{"a", id_of("a"), websocket_choice{false, {}}}).why, refusal::storage_failure);
  EXPECT_EQ(board.current()->size(), 1U);
  EXPECT_TRUE(board.current()->find("a")->record->websocket->enabled);
}

TEST_F(Registry, EndsTheSessionsOfADeletedInstance) {
  start();
  const auto made = ask(wish("a"));
  const auto own = join_client(0, "/a", made.record->token);
  const auto root = join_client(1, "/", made.record->token);
  own->out.take();
  root->out.take();
  EXPECT_TRUE(ask(delete_instance{"a", id_of("a")}).record);
  EXPECT_THAT(
      own->out.packets,
      ElementsAre(
          HasSubstr(
              R"(42/a,["instance.delete",{"event":"instance.delete","instance":"a","data":{"instanceName":"a","instanceId":")"),
          HasSubstr(R"(42/a,["remove.instance",{"event":"remove.instance","instance":"a","data":null,)"), "41/a,"));
  EXPECT_THAT(root->out.packets,
              ElementsAre(StartsWith(R"(42["instance.delete",)"), StartsWith(R"(42["remove.instance",)"), "41"));
  EXPECT_EQ(ask(delete_instance{"a", id_of("a")}).why, refusal::not_found);
  close(*own);
  close(*root);
}

TEST_F(Registry, LeavesAnInstanceAloneThatHasOnlyTheNameOfTheOneMeant) {
  start();
  ask(wish("a"));
  const auto old = id_of("a");
  ask(delete_instance{"a", old});
  ask(wish("a"));
  EXPECT_EQ(ask(delete_instance{"a", old}).why, refusal::not_found);
  EXPECT_EQ(ask(change_instance{"a", old, websocket_choice{false, {}}}).why, refusal::not_found);
  EXPECT_TRUE(board.current()->find("a")->record->websocket->enabled);
}

TEST_F(Registry, KeepsIdAndBirthOfAWebsocketRow) {
  start();
  ask(wish("a"));
  const auto first = ask(change_instance{"a", id_of("a"), websocket_choice{true, {"CALL"}}}).record->websocket;
  const auto second = ask(change_instance{"a", id_of("a"), websocket_choice{false, {}}}).record->websocket;
  EXPECT_EQ(first->id, second->id);
  EXPECT_EQ(first->created_at_ms, second->created_at_ms);
  EXPECT_FALSE(second->enabled);
  EXPECT_FALSE(store.rows.front().websocket->enabled);
}

TEST_F(Registry, TellsOfANewInstance) {
  start();
  const auto client = join_client(0, "/", test::global_key);
  client->out.take();
  const auto made = ask(wish("a"));
  EXPECT_THAT(client->out.packets,
              ElementsAre(HasSubstr(R"("data":{"instanceName":"a","instanceId":")" + made.record->id + "\"}")));
  close(*client);
}

/// Known defect B17, kept: the end is told of an instance whose creation failed.
TEST_F(Registry, B17TellsOfTheEndOfAnInstanceThatCouldNotBeStored) {
  start();
  const auto client = join_client(0, "/", test::global_key);
  client->out.take();
  store.broken = true;
  EXPECT_EQ(ask(wish("a")).why, refusal::storage_failure);
  EXPECT_THAT(client->out.packets,
              ElementsAre(HasSubstr(R"(42["remove.instance",{"event":"remove.instance","instance":"a","data":null)")));
  EXPECT_EQ(board.current()->size(), 0U);
  close(*client);
}

TEST_F(Registry, EndsTheSessionsOfAnOldToken) {
  start();
  const auto old = ask(wish("a")).record->token;
  const auto own = join_client(0, "/a", old);
  const auto root = join_client(1, "/", old);
  const auto operator_ = join_client(1, "/", test::global_key);
  for (const auto* x : {&own, &root, &operator_})
    (*x)->out.take();
  const auto fresh = ask(change_instance{"a", id_of("a"), token_choice{}}).record;
  ASSERT_TRUE(fresh);
  EXPECT_NE(fresh->token, old);
  EXPECT_EQ(fresh->generation, 2U);
  EXPECT_THAT(own->out.packets, ElementsAre("41/a,"));
  EXPECT_THAT(root->out.packets, ElementsAre("41"));
  EXPECT_TRUE(operator_->out.packets.empty());
  EXPECT_FALSE(board.current()->judge(old).is_known());
  EXPECT_TRUE(board.current()->judge(fresh->token).is_known());
  EXPECT_EQ(store.rows.front().token, fresh->token);
  for (const auto* x : {&own, &root, &operator_})
    close(**x);
}

TEST_F(Registry, GivesATokenToOneInstanceOnly) {
  start();
  const auto first = ask(wish("a")).record->token;
  auto second = wish("b");
  for (const auto& taken : {first, test::global_key}) {
    second.record.token = taken;
    const auto refused = ask(second);
    EXPECT_EQ(refused.why, refusal::token_taken);
    EXPECT_THAT(refused.reason, HasSubstr("INSTANCE_TOKENS_MAY_REPEAT"));
  }
  second.record.token = "its-own";
  ASSERT_TRUE(ask(second).record);
  EXPECT_EQ(ask(change_instance{"b", id_of("b"), token_choice{first}}).why, refusal::token_taken);
  EXPECT_TRUE(ask(change_instance{"b", id_of("b"), token_choice{"its-own"}}).record) << "its own is nobody else's";
}

TEST_F(Registry, LetsTokensRepeatWhenTold) {
  tokens_may_repeat = true;
  start();
  const auto first = ask(wish("a")).record->token;
  auto second = wish("b");
  second.record.token = first;
  EXPECT_TRUE(ask(second).record);
}

TEST_F(Registry, TellsOfAChangedState) {
  start();
  ask(wish("a"));
  const auto client = join_client(0, "/a", test::global_key);
  client->out.take();
  EXPECT_EQ(ask(change_instance{"a", id_of("a"), status_choice{"close"}}).record->connection_status, "close");
  EXPECT_THAT(client->out.take(),
              ElementsAre(HasSubstr(R"(["logout.instance",)"),
                          HasSubstr(R"("data":{"instance":"a","state":"close","statusReason":401})")));
  ask(change_instance{"a", id_of("a"), status_choice{"open"}});
  EXPECT_THAT(client->out.take(),
              ElementsAre(HasSubstr(R"("data":{"instance":"a","state":"open","statusReason":200})")));
  ask(change_instance{"a", id_of("a"), status_choice{"connecting", false}});
  EXPECT_TRUE(client->out.packets.empty());
  EXPECT_EQ(store.rows.front().connection_status, "connecting");
  close(*client);
}

TEST_F(Registry, StartsAnInstanceThatDiedAgainAndLetsItsClientsReconnect) {
  start();
  const auto made = ask(wish("a"));
  const auto before = board.current()->find("a");
  const auto client = join_client(0, "/a", made.record->token);
  const auto root = join_client(1, "/", made.record->token);
  caf::anon_send_exit(before->actor, caf::exit_reason::kill);
  settle();
  EXPECT_TRUE(client->out.closed);
  EXPECT_TRUE(root->out.closed) << "it would wait for events of an instance that is no more";
  EXPECT_EQ(client->out.reason, close_reason::forced_close);
  const auto after = board.current()->find("a");
  EXPECT_NE(after->number, before->number);
  const auto again = join_client(0, "/a", made.record->token);
  emit(after, "call");
  EXPECT_EQ(again->out.packets.size(), 2U);
  close(*client);
  close(*root);
  close(*again);
}

} // namespace
} // namespace arauto
