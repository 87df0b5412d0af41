#include "actors/rate_limit.hpp"
#include "tests/support/actor_fixture.hpp"

#include <gmock/gmock.h>

namespace arauto {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

/// Clients of two I/O threads in one namespace, that may send to each other.
class ClientEvents : public test::ActorFixture {
protected:
  ClientEvents() {
    rules.client_events = true;
    rules.client_event_bytes_max = 40;
    rules.client_events_per_second = 3;
    begin(true);
    acme = add_instance(make_record("acme"));
    sender = join_client(0, "/acme", "token-of-acme");
    other = join_client(1, "/acme", "token-of-acme");
    sender->out.take();
    other->out.take();
  }
  ~ClientEvents() override {
    close(*sender);
    close(*other);
  }

  directory_entry_ptr acme;
  std::unique_ptr<test::fake_client> sender;
  std::unique_ptr<test::fake_client> other;
};

TEST_F(ClientEvents, ReachTheOthersAndAreAcknowledgedBehindThat) {
  say(*sender, R"(2/acme,7["typing",{"a":1}])");
  EXPECT_THAT(other->out.take(), ElementsAre(R"(42/acme,["typing",{"a":1}])"));
  EXPECT_THAT(sender->out.take(), ElementsAre("43/acme,7[]"));
}

TEST_F(ClientEvents, AreRefusedWhenTheyAreTooLarge) {
  say(*sender, R"(2/acme,1["x",")" + std::string(38, 'x') + R"("])");
  EXPECT_THAT(sender->out.take(), ElementsAre("43/acme,1[]"));
  say(*sender, R"(2/acme,2["x",")" + std::string(39, 'x') + R"("])");
  EXPECT_THAT(sender->out.take(), ElementsAre(AllOf(StartsWith("43/acme,2["), HasSubstr("at most 40"))));
  EXPECT_EQ(other->out.take().size(), 1U);
  EXPECT_EQ(threads[0]->counters.dropped_client_events.get(), 1U);
}

TEST_F(ClientEvents, CountAttachmentsAsPartOfTheirSize) {
  say(*sender, R"(51-/acme,1["x",{"_placeholder":true,"num":0}])");
  sender->side->on_binary("0123456789ab");
  settle();
  EXPECT_THAT(sender->out.take(), ElementsAre(HasSubstr("bytes; at most 40")));
  EXPECT_THAT(other->out.take(), IsEmpty());
}

TEST_F(ClientEvents, AreRefusedBeyondTheirRateUntilTimeHasPassed) {
  for (int i = 0; i < 4; ++i)
    say(*sender, R"(2/acme,)" + std::to_string(i) + R"(["x"])");
  EXPECT_THAT(sender->out.take(),
              ElementsAre("43/acme,0[]", "43/acme,1[]", "43/acme,2[]", HasSubstr("more than 3 events per second")));
  EXPECT_EQ(other->out.take().size(), 3U);
  threads[0]->home.advance(std::chrono::milliseconds{334});
  say(*sender, R"(2/acme,4["x"])");
  say(*sender, R"(2/acme,5["x"])");
  EXPECT_THAT(sender->out.take(), ElementsAre("43/acme,4[]", HasSubstr("error")));
}

TEST_F(ClientEvents, OfABrowserTokenAreRefused) {
  tokens.known["t"] = {acme->record->id, "acme", acme->record->generation, 4102444800000, {}};
  const auto reader = join_client(0, "/acme", "t");
  reader->out.take();
  say(*reader, R"(2/acme,1["typing"])");
  EXPECT_THAT(reader->out.take(), ElementsAre(HasSubstr("reads only")));
  EXPECT_THAT(other->out.take(), IsEmpty());
  close(*reader);
}

TEST_F(ClientEvents, OfTheMainNamespaceAreIgnored) {
  const auto root = join_client(0, "/", test::global_key);
  root->out.take();
  say(*root, R"(21["typing"])");
  EXPECT_THAT(root->out.packets, IsEmpty());
  EXPECT_FALSE(root->out.closed);
  close(*root);
}

TEST(RateLimit, FillsUpInASecondAndNeverOverflows) {
  rate_limit x{2, 0};
  EXPECT_TRUE(x.take(0));
  EXPECT_TRUE(x.take(0));
  EXPECT_FALSE(x.take(499));
  EXPECT_TRUE(x.take(500));
  EXPECT_TRUE(x.take(std::int64_t{1} << 60));
  EXPECT_TRUE(x.take(std::int64_t{1} << 60));
  EXPECT_FALSE(x.take(std::int64_t{1} << 60));
  EXPECT_FALSE(x.take(0)) << "a clock that goes back gives nothing";
}

} // namespace
} // namespace arauto
