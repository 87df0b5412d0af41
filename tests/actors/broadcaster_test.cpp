#include "tests/support/actor_fixture.hpp"

#include <gmock/gmock.h>

namespace arauto {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class Broadcaster : public test::ActorFixture {
protected:
  directory_entry_ptr acme = add_instance(make_record("acme"));
  directory_entry_ptr zeta = add_instance(make_record("zeta"));
};

TEST_F(Broadcaster, BringsEveryEventToTheGlobalKey) {
  const auto client = join_client(1, "/", test::global_key);
  client->out.take();
  emit(acme, "call");
  emit(zeta, "call");
  EXPECT_THAT(client->out.packets, ElementsAre(HasSubstr("\"instance\":\"acme\""), HasSubstr("\"instance\":\"zeta\"")));
  EXPECT_THAT(client->out.packets.front(), testing::StartsWith("42[\"call\",{"));
  close(*client);
}

TEST_F(Broadcaster, BringsATokenTheEventsOfItsOwnInstanceOnly) {
  const auto client = join_client(0, "/", acme->record->token);
  const auto all = join_client(0, "/", test::global_key);
  client->out.take();
  emit(zeta, "call");
  EXPECT_THAT(client->out.packets, IsEmpty());
  emit(acme, "call");
  EXPECT_THAT(client->out.packets, ElementsAre(HasSubstr("\"instance\":\"acme\"")));
  close(*client);
  close(*all);
}

TEST_F(Broadcaster, IgnoresTheSelectionOfInstances) {
  const auto quiet = add_instance(make_record("quiet", {"CALL"}));
  const auto client = join_client(0, "/", test::global_key);
  client->out.take();
  emit(quiet, "messages.upsert");
  EXPECT_EQ(client->out.packets.size(), 1U);
  close(*client);
}

TEST_F(Broadcaster, FiltersByInstanceForTheGlobalKey) {
  const auto client = join_client(0, "/", test::global_key, R"(,"instances":["zeta"])");
  client->out.take();
  emit(acme, "call");
  emit(zeta, "call");
  EXPECT_THAT(client->out.packets, ElementsAre(HasSubstr("\"instance\":\"zeta\"")));
  close(*client);
}

TEST_F(Broadcaster, SendsNothingWhenGlobalEventsAreOff) {
  begin(false);
  const auto entry = add_instance(make_record("local"));
  const auto client = join_client(0, "/", test::global_key);
  EXPECT_THAT(client->out.take(), ElementsAre(HasSubstr("40{\"sid\"")));
  emit(entry, "call");
  EXPECT_THAT(client->out.packets, IsEmpty());
  close(*client);
}

TEST_F(Broadcaster, ClosesTheSessionsOfADeletedInstance) {
  const auto client = join_client(0, "/", acme->record->token);
  const auto other = join_client(0, "/", zeta->record->token);
  client->out.take();
  other->out.take();
  caf::anon_send(broadcaster_, forget_instance{acme->number});
  settle();
  EXPECT_THAT(client->out.packets, ElementsAre("41"));
  EXPECT_THAT(other->out.packets, IsEmpty());
  close(*client);
  close(*other);
}

TEST_F(Broadcaster, ForgetsASessionThatLeft) {
  const auto client = join_client(0, "/", test::global_key);
  client->out.take();
  close(*client);
  settle();
  EXPECT_EQ(threads[0]->lists.size(), 0U);
  emit(acme, "call");
  EXPECT_THAT(client->out.packets, IsEmpty());
}

TEST_F(Broadcaster, LeavesTheGlobalKeyAloneWhenAnInstanceHasItAsItsToken) {
  auto record = make_record("same");
  record->token = test::global_key;
  const auto same = add_instance(record);
  // A browser token of that instance, so that the list of the instance is not empty.
  tokens.known["t"] = {record->id, record->name, record->generation, 4102444800000, {}};
  const auto reader = join_client(0, "/", "t");
  const auto operator_ = join_client(1, "/", test::global_key);
  reader->out.take();
  operator_->out.take();
  caf::anon_send(broadcaster_, forget_instance{same->number});
  settle();
  EXPECT_THAT(reader->out.packets, ElementsAre("41"));
  EXPECT_THAT(operator_->out.packets, IsEmpty());
  close(*reader);
  close(*operator_);
}

} // namespace
} // namespace arauto
