#include "tests/support/actor_fixture.hpp"

#include <gmock/gmock.h>

namespace arauto {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class EventLog : public test::ActorFixture {
protected:
  directory_entry_ptr acme = add_instance(make_record("acme"));
  directory_entry_ptr zeta = add_instance(make_record("zeta"));

  void submit(const directory_entry_ptr& to, int number) {
    std::vector<emission> events;
    events.push_back(event_of("call", std::to_string(number)));
    EXPECT_TRUE(
        threads[0]->intake_q.submit(to->actor, std::move(events), {0, 0, 0, static_cast<std::uint32_t>(number)}));
  }
};

TEST_F(EventLog, GivesAllInstancesOneOrder) {
  const auto root = join_client(0, "/", test::global_key);
  const auto own = join_client(1, "/zeta", zeta->record->token);
  root->out.take();
  own->out.take();
  for (int i = 0; i < 6; ++i) {
    submit(i % 2 == 0 ? acme : zeta, i);
    settle();
  }
  ASSERT_EQ(root->out.packets.size(), 6U);
  for (int i = 0; i < 6; ++i)
    EXPECT_THAT(root->out.packets[static_cast<std::size_t>(i)], HasSubstr("\"data\":" + std::to_string(i) + ","));
  EXPECT_THAT(own->out.packets,
              ElementsAre(HasSubstr("\"data\":1,"), HasSubstr("\"data\":3,"), HasSubstr("\"data\":5,")));
  close(*root);
  close(*own);
}

TEST_F(EventLog, AnswersEveryRequestOnceInOrder) {
  submit(acme, 1);
  submit(acme, 2);
  submit(acme, 3);
  EXPECT_EQ(threads[0]->intake_q.waiting(), 3U);
  settle();
  EXPECT_THAT(answers, ElementsAre("1:ok", "2:ok", "3:ok"));
  EXPECT_EQ(threads[0]->intake_q.waiting(), 0U);
}

TEST_F(EventLog, IsNotReachedByMoreEventsThanTheIntakeTakes) {
  std::vector<emission> many(intake_queue::events_max, event_of("call", "{}"));
  EXPECT_TRUE(threads[0]->intake_q.submit(acme->actor, std::move(many), {0, 0, 0, 1}));
  std::vector<emission> more{event_of("call", "{}")};
  EXPECT_FALSE(threads[0]->intake_q.submit(acme->actor, std::move(more), {0, 0, 0, 2}));
  settle();
  submit(acme, 3);
  settle();
  EXPECT_THAT(answers, ElementsAre("1:ok", "3:ok"));
}

} // namespace
} // namespace arauto
