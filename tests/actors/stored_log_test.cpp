#include "tests/support/actor_fixture.hpp"
#include "tests/support/watched_store.hpp"

#include <gmock/gmock.h>

namespace arauto {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class StoredLog : public test::ActorFixture {
protected:
  StoredLog() {
    auto made = std::make_unique<test::watched_store>();
    watched = made.get();
    store = std::move(made);
    begin(true);
    acme = add_instance(make_record("acme"));
    root = join_client(0, "/", test::global_key);
    own = join_client(1, "/acme", "token-of-acme");
    root->out.take();
    own->out.take();
  }
  ~StoredLog() override {
    close(*root);
    close(*own);
  }

  void on_outcome(const emit_request& request, unsigned status, std::string_view failure) override {
    outcomes.push_back(request.placed ? to_string(*request.placed) : std::to_string(status));
    failures.emplace_back(failure);
  }

  void submit(int count) {
    std::vector<emission> events;
    for (int i = 0; i < count; ++i)
      events.push_back(event_of("call", std::to_string(i)));
    threads[0]->intake_q.submit(acme->actor, std::move(events), {0, 0, 0, ++last_request});
  }

  std::string place(event_sequence x) const { return to_string(watched->extent()->at(x)); }

  test::watched_store* watched = nullptr;
  directory_entry_ptr acme;
  std::unique_ptr<test::fake_client> root;
  std::unique_ptr<test::fake_client> own;
  std::vector<std::string> outcomes;
  std::vector<std::string> failures;
};

TEST_F(StoredLog, SaysWhereTheLastEventOfEachRequestIs) {
  submit(1);
  submit(3);
  settle();
  submit(1);
  settle();
  EXPECT_THAT(outcomes, ElementsAre(place(1), place(4), place(5)));
  EXPECT_THAT(root->out.packets, SizeIs(5));
  EXPECT_THAT(own->out.packets, SizeIs(5));
  EXPECT_EQ(log_places.current().last, 5U);
}

TEST_F(StoredLog, CommitsTogetherWhatIsWaiting) {
  const auto zeta = add_instance(make_record("zeta"));
  submit(2);
  std::vector<emission> more{event_of("call", "{}")};
  threads[1]->intake_q.submit(zeta->actor, std::move(more), {1, 0, 0, 99});
  settle();
  EXPECT_THAT(watched->commits, ElementsAre(3));
}

TEST_F(StoredLog, LetsNobodyHearOfWhatItCouldNotKeep) {
  watched->fault = "the disk is full.";
  submit(1);
  settle();
  EXPECT_THAT(outcomes, ElementsAre("503"));
  EXPECT_THAT(failures.back(), HasSubstr("the disk is full"));
  EXPECT_THAT(root->out.packets, IsEmpty());
  EXPECT_THAT(own->out.packets, IsEmpty());
  EXPECT_FALSE(root->out.closed);
  EXPECT_THAT(log_places.failure(), HasSubstr("the disk is full"));
  watched->fault.clear();
  submit(1);
  settle();
  EXPECT_THAT(outcomes, ElementsAre("503", place(1)));
  EXPECT_THAT(own->out.packets, SizeIs(1));
  EXPECT_EQ(log_places.failure(), "");
}

TEST_F(StoredLog, EndsTheSessionsOfADeletedInstanceEvenWhenItKeepsNothing) {
  const auto bound = join_client(1, "/", "token-of-acme");
  bound->out.take();
  watched->fault = "the disk is full.";
  caf::anon_send(acme->actor, retire_instance{});
  settle();
  EXPECT_THAT(own->out.take(), ElementsAre("41/acme,"));
  EXPECT_THAT(bound->out.take(), ElementsAre("41"));
  close(*bound);
}

TEST_F(StoredLog, ErasesWhatADeletedInstanceLeft) {
  submit(2);
  settle();
  caf::anon_send(acme->actor, retire_instance{});
  settle();
  EXPECT_THAT(watched->kept.read({}).events, IsEmpty());
  EXPECT_FALSE(log_places.current().extent->is_whole(1, acme->record->id));
}

TEST_F(StoredLog, KeepsWhatANamespaceDoesNotGet) {
  const auto quiet = add_instance(make_record("quiet", {"CALL"}));
  emit(quiet, "messages.upsert");
  emit(quiet, "call");
  const auto page = watched->kept.read({});
  ASSERT_THAT(page.events, SizeIs(2));
  EXPECT_FALSE(page.events[0].what->is_selected);
  EXPECT_TRUE(page.events[1].what->is_selected);
}

} // namespace
} // namespace arauto
