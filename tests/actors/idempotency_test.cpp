#include "actors/idempotency.hpp"
#include "actors/identifiers.hpp"
#include "tests/support/actor_fixture.hpp"
#include "tests/support/watched_store.hpp"

#include <gmock/gmock.h>

namespace arauto {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

class Idempotency : public test::ActorFixture {
protected:
  Idempotency() {
    auto made = std::make_unique<test::watched_store>();
    watched = made.get();
    store = std::move(made);
    begin(true);
    acme = add_instance(make_record("acme"));
    root = join_client(0, "/", test::global_key);
    root->out.take();
  }
  ~Idempotency() override { close(*root); }

  void on_outcome(const emit_request& request, unsigned status, std::string_view failure) override {
    outcomes.push_back(status != 0 ? std::to_string(status)
                                   : std::to_string(request.placed->sequence) + (request.known != 0 ? " known" : ""));
    reason = failure;
  }

  /// A request with so many events that counts once under that key.
  void submit(const std::string& key, const std::string& body, std::size_t count = 1) {
    submit({{claim_digest::of(key), claim_digest::of(body), 0, static_cast<std::uint32_t>(count)}}, count);
  }
  void submit(std::vector<claim> claims, std::size_t count, std::size_t thread = 0) {
    std::vector<emission> events;
    for (std::size_t i = 0; i < count; ++i)
      events.push_back(event_of("call", std::to_string(++emitted)));
    held.push_back(std::make_shared<const claim_set>(std::move(claims)));
    threads[thread]->intake_q.submit(acme->actor, std::move(events),
                                     {static_cast<std::uint16_t>(thread), 0, 0, ++last_request}, held.back());
  }
  static claim id(const std::string& key, std::uint32_t at) {
    return {claim_digest::of(key), claim_digest::of("body of " + key), at, 1};
  }

  test::watched_store* watched = nullptr;
  directory_entry_ptr acme;
  std::unique_ptr<test::fake_client> root;
  std::vector<std::string> outcomes;
  /// As a thread may that has not finished its turn when the answer is there.
  std::vector<claims_ptr> held;
  std::string reason;
  int emitted = 0;
};

TEST_F(Idempotency, GivesTheFirstAnswerAgainAndPlacesNothingTwice) {
  submit("k", "body", 3);
  settle();
  submit("k", "body", 3);
  settle();
  submit("other", "body", 3);
  settle();
  EXPECT_THAT(outcomes, ElementsAre("3", "3 known", "6"));
  EXPECT_THAT(root->out.packets, SizeIs(6));
  EXPECT_THAT(watched->commits, ElementsAre(3, 3)) << "nothing new needs no sync";
}

TEST_F(Idempotency, RefusesAnotherBodyUnderAKeyThatWasUsed) {
  submit("k", "body");
  settle();
  submit("k", "another");
  settle();
  EXPECT_THAT(outcomes, ElementsAre("1", "422"));
  EXPECT_THAT(reason, HasSubstr("another body"));
  EXPECT_THAT(root->out.packets, SizeIs(1));
}

TEST_F(Idempotency, RefusesTheSameRequestWhileItRuns) {
  submit("k", "body");
  submit("k", "body");
  submit({{claim_digest::of("k"), claim_digest::of("body"), 0, 1}}, 1, 1);
  settle();
  std::sort(outcomes.begin(), outcomes.end());
  EXPECT_THAT(outcomes, ElementsAre("1", "409", "409"));
  EXPECT_THAT(root->out.packets, SizeIs(1));
  submit("k", "body");
  settle();
  EXPECT_EQ(outcomes.back(), "1 known");
}

TEST_F(Idempotency, NeverRemembersAFailure) {
  watched->fault = "the disk is full.";
  submit("k", "body");
  settle();
  watched->fault.clear();
  submit("k", "body");
  settle();
  EXPECT_THAT(outcomes, ElementsAre("503", "1"));
  EXPECT_THAT(root->out.packets, SizeIs(1));
}

TEST_F(Idempotency, TakesOnlyThoseEventsThatAreNew) {
  submit({id("a", 0), id("b", 2)}, 3);
  settle();
  submit({id("b", 0), id("c", 1), id("a", 3)}, 4);
  settle();
  EXPECT_THAT(outcomes, ElementsAre("3", "5 known"));
  std::vector<std::string> numbers;
  for (const auto& x : watched->kept.read({}).events)
    numbers.emplace_back(x.what->what.data);
  EXPECT_THAT(numbers, ElementsAre("1", "2", "3", "5", "6"));
}

TEST_F(Idempotency, TakesABatchWholeOrNotAtAll) {
  submit({id("a", 0)}, 1);
  settle();
  auto other = id("a", 1);
  other.body = claim_digest::of("something else");
  submit({id("b", 0), other}, 2);
  settle();
  submit({id("b", 0)}, 1);
  settle();
  EXPECT_THAT(outcomes, ElementsAre("1", "422", "2"));
}

TEST_F(Idempotency, LeavesOtherRequestsOfTheSameCommitAlone) {
  submit("k", "body", 2);
  settle();
  submit("k", "another", 2);
  std::vector<emission> plain{event_of("call", "77"), event_of("call", "78")};
  threads[0]->intake_q.submit(acme->actor, std::move(plain), {0, 0, 0, ++last_request});
  submit("k", "body", 2);
  settle();
  EXPECT_THAT(outcomes, ElementsAre("2", "409", "422", "4")) << "the third came while the second was judged";
  EXPECT_EQ(threads[0]->intake_q.waiting(), 0U);
}

TEST_F(Idempotency, KnowsAKeyInItsInstanceOnly) {
  submit("k", "body");
  settle();
  acme = add_instance(make_record("zeta"));
  submit("k", "another");
  settle();
  EXPECT_THAT(outcomes, ElementsAre("1", "2"));
}

TEST(RunningClaims, RunUntilTheyAreEndedOrNobodyHoldsThem) {
  running_claims all;
  const auto of = [](const std::string& key) {
    return std::make_shared<const claim_set>(std::vector<claim>{{claim_digest::of(key), {}, 0, 1}});
  };
  auto first = of("k");
  EXPECT_TRUE(all.enter(first));
  EXPECT_FALSE(all.enter(of("k")));
  EXPECT_TRUE(all.enter(of("other")));
  first.reset();
  first = of("k");
  EXPECT_TRUE(all.enter(first));
  first->end();
  EXPECT_TRUE(all.enter(of("k")));
  for (int i = 0; i < 1000; ++i)
    EXPECT_TRUE(all.enter(of("k" + std::to_string(i))));
}

} // namespace
} // namespace arauto
