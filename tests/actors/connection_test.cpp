#include "tests/support/actor_fixture.hpp"

#include <gmock/gmock.h>

namespace arauto {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

class Connection : public test::ActorFixture {
protected:
  std::vector<std::string> answer_to(const std::string& connect, handshake shake = {}) {
    const auto client = open_client(0, std::move(shake));
    say(*client, connect);
    auto got = client->out.take();
    close(*client);
    return got;
  }

  directory_entry_ptr acme = add_instance(make_record("acme"));
  directory_entry_ptr zeta = add_instance(make_record("zeta"));
};

TEST_F(Connection, SaysWhyAClientWithoutKeyIsNotLetIn) {
  EXPECT_THAT(answer_to("0"), ElementsAre(AllOf(StartsWith(R"(44{"message":"apiKey is required","data":{"code":)"),
                                                HasSubstr("\"hint\":"))));
}

TEST_F(Connection, RefusesAWrongKeyWithTheRecordedText) {
  EXPECT_THAT(answer_to(R"(0/acme,{"apikey":"nope"})"),
              ElementsAre(StartsWith(R"(44/acme,{"message":"Invalid global token")")));
}

TEST_F(Connection, TellsATokenNothingAboutOtherNamespaces) {
  const auto foreign = answer_to(R"(0/zeta,{"apikey":"token-of-acme"})");
  auto unknown = answer_to(R"(0/none,{"apikey":"token-of-acme"})");
  ASSERT_EQ(foreign.size(), 1U);
  ASSERT_EQ(unknown.size(), 1U);
  EXPECT_THAT(foreign.front(), StartsWith(R"(44/zeta,{"message":"Invalid namespace")"));
  EXPECT_EQ(foreign.front().substr(8), unknown.front().substr(8));
}

TEST_F(Connection, RefusesUnknownNamespacesToTheGlobalKeyAsRecorded) {
  EXPECT_THAT(answer_to(R"(0/none,{"apikey":"the-global-key"})"),
              ElementsAre(R"(44/none,{"message":"Invalid namespace"})"));
}

TEST_F(Connection, TakesTheKeyOfTheHandshakeWhenAuthHasNone) {
  handshake shake;
  shake.api_key = "token-of-acme";
  EXPECT_THAT(answer_to("0/acme,", shake), ElementsAre(StartsWith("40/acme,{\"sid\"")));
  EXPECT_THAT(answer_to(R"(0/zeta,{"apikey":"token-of-zeta"})", shake), ElementsAre(StartsWith("40/zeta,{\"sid\"")));
  EXPECT_THAT(answer_to(R"(0/acme,{"apikey":"nope"})", shake), ElementsAre(HasSubstr("Invalid global token")));
}

TEST_F(Connection, JudgesEachNamespaceByItsOwnKey) {
  const auto client = open_client(0);
  say(*client, R"(0/acme,{"apikey":"token-of-acme"})");
  say(*client, R"(0/zeta,{"apikey":"token-of-zeta"})");
  client->out.take();
  emit(acme, "call");
  emit(zeta, "call");
  EXPECT_THAT(client->out.packets, ElementsAre(StartsWith("42/acme,"), StartsWith("42/zeta,")));
  close(*client);
}

TEST_F(Connection, ClosesAClientThatDoesNotJoinInTime) {
  const auto keyless = open_client(0);
  handshake shake;
  shake.api_key = test::global_key;
  const auto known = open_client(0, shake);
  threads[0]->home.advance(std::chrono::milliseconds{4900});
  EXPECT_FALSE(keyless->out.closed);
  threads[0]->home.advance(std::chrono::milliseconds{200});
  EXPECT_TRUE(keyless->out.closed);
  EXPECT_FALSE(known->out.closed);
  threads[0]->home.advance(std::chrono::milliseconds{40000});
  EXPECT_TRUE(known->out.closed);
  close(*keyless);
  close(*known);
}

TEST_F(Connection, StopsTheDeadlineAndLiftsTheLimitsWithTheFirstJoin) {
  const auto client = join_client(0, "/acme", "token-of-acme");
  EXPECT_GT(client->out.message_max, 1000000U);
  threads[0]->home.advance(std::chrono::milliseconds{100000});
  EXPECT_FALSE(client->out.closed);
  close(*client);
}

TEST_F(Connection, ClosesOnPacketsThatBreakTheProtocol) {
  for (const auto* packet : {"abc", "9", "2[\"x\"]", "1", "3[]", "4{}", "0[]", "50-[\"x\"]", "2/acme,{}"}) {
    const auto client = join_client(0, "/acme", "token-of-acme");
    say(*client, packet);
    EXPECT_TRUE(client->out.closed) << packet;
    EXPECT_EQ(client->out.reason, close_reason::parse_error) << packet;
    close(*client);
  }
}

TEST_F(Connection, ClosesWhenANamespaceIsJoinedTwice) {
  const auto client = join_client(0, "/acme", "token-of-acme");
  say(*client, R"(0/acme,{"apikey":"token-of-acme"})");
  EXPECT_TRUE(client->out.closed);
  close(*client);
}

TEST_F(Connection, LeavesANamespaceAndJoinsItAgain) {
  const auto client = join_client(0, "/acme", "token-of-acme");
  client->out.take();
  say(*client, "1/acme,");
  emit(acme, "call");
  EXPECT_THAT(client->out.take(), IsEmpty());
  say(*client, R"(0/acme,{"apikey":"token-of-acme"})");
  EXPECT_THAT(client->out.take(), ElementsAre(StartsWith("40/acme,")));
  emit(acme, "call");
  EXPECT_EQ(client->out.packets.size(), 1U);
  close(*client);
}

TEST_F(Connection, LeavesBeforeItsJoinWasAnswered) {
  const auto client = open_client(0);
  client->side->on_text(R"(0/acme,{"apikey":"token-of-acme"})");
  client->side->on_text("1/acme,");
  settle();
  EXPECT_THAT(client->out.packets, IsEmpty());
  EXPECT_EQ(threads[0]->lists.size(), 0U);
  close(*client);
}

TEST_F(Connection, DropsEventsForANamespaceThatTheServerTook) {
  const auto client = join_client(0, "/acme", "token-of-acme");
  caf::anon_send(acme->actor, retire_instance{});
  settle();
  say(*client, R"(2/acme,["late"])");
  EXPECT_FALSE(client->out.closed);
  close(*client);
}

TEST_F(Connection, StaysWhenItHasTooManyNamespaces) {
  rules.namespaces_max = 1;
  const auto client = join_client(0, "/acme", "token-of-acme");
  client->out.take();
  say(*client, R"(0/zeta,{"apikey":"token-of-zeta"})");
  EXPECT_THAT(client->out.packets, ElementsAre(HasSubstr("TOO_MANY_NAMESPACES")));
  EXPECT_FALSE(client->out.closed);
  close(*client);
}

TEST_F(Connection, RefusesAFilterItDoesNotUnderstand) {
  EXPECT_THAT(answer_to(R"(0/acme,{"apikey":"token-of-acme","events":["MESSAGE_UPSERT"]})"),
              ElementsAre(AllOf(HasSubstr("UNKNOWN_EVENT"), HasSubstr("messages.upsert"))));
  EXPECT_THAT(answer_to(R"(0/acme,{"apikey":"token-of-acme","events":7})"), ElementsAre(HasSubstr("BAD_FILTER")));
}

TEST_F(Connection, RefusesClientEventsThatForgeAProvider) {
  rules.client_events = true;
  const auto client = join_client(0, "/acme", "token-of-acme");
  client->out.take();
  say(*client, R"(2/acme,1["messages.upsert",{}])");
  EXPECT_THAT(client->out.packets, ElementsAre(AllOf(StartsWith("43/acme,1["), HasSubstr("\"error\""))));
  close(*client);
}

TEST_F(Connection, KeepsHeaderAndAttachmentsOfABinaryEventTogether) {
  rules.client_events = true;
  const auto sender = join_client(0, "/acme", "token-of-acme");
  const auto other = join_client(1, "/acme", "token-of-acme");
  other->out.take();
  say(*sender, R"(51-/acme,["photo",{"_placeholder":true,"num":0}])");
  EXPECT_THAT(other->out.packets, IsEmpty());
  sender->side->on_binary("\x01\x02");
  settle();
  EXPECT_THAT(other->out.packets, ElementsAre(R"(451-/acme,["photo",{"_placeholder":true,"num":0}])", "\x01\x02"));
  close(*sender);
  close(*other);
}

/// Socket.IO 4 over Engine.IO 3.
class OldConnection : public Connection {
protected:
  static handshake shake_with(std::string key) {
    handshake x;
    x.version = 3;
    x.sid = "engine-sid";
    x.api_key = std::move(key);
    return x;
  }
};

TEST_F(OldConnection, IsInTheMainNamespaceWithoutAsking) {
  const auto client = open_client(0, shake_with("token-of-acme"));
  settle();
  EXPECT_THAT(client->out.take(), ElementsAre("40"));
  emit(acme, "call");
  EXPECT_THAT(client->out.take(), ElementsAre(StartsWith("42[\"call\"")));
  close(*client);
}

TEST_F(OldConnection, GetsTheHintOfARefusalAsThePayload) {
  const auto client = open_client(0, shake_with(""));
  settle();
  EXPECT_THAT(client->out.take(), ElementsAre(StartsWith(R"(44{"code":"API_KEY_REQUIRED")")));
  close(*client);
}

TEST_F(OldConnection, TakesTheQueryOfANamespaceForAuth) {
  const auto client = open_client(0, shake_with("token-of-zeta"));
  settle();
  client->out.take();
  say(*client, "0/acme?apikey=token-of-acme&events=call,");
  EXPECT_THAT(client->out.take(), ElementsAre("40/acme,"));
  emit(acme, "call");
  emit(acme, "chats.set");
  EXPECT_THAT(client->out.take(), ElementsAre(StartsWith("42/acme,[\"call\"")));
  say(*client, "1/acme?apikey=token-of-acme&events=call,");
  emit(acme, "call");
  EXPECT_THAT(client->out.take(), IsEmpty());
  EXPECT_FALSE(client->out.closed);
  say(*client, "0/none?a=1,");
  EXPECT_THAT(client->out.take(), ElementsAre(StartsWith(R"(44/none,{"message":"Invalid namespace")")));
  close(*client);
}

TEST_F(Connection, EndsWhenItIsToldToByMessage) {
  const auto client = join_client(0, "/acme", "token-of-acme");
  caf::anon_send(threads[0]->hub, evict{{list_key::part::own_namespace, acme->number}});
  settle();
  EXPECT_TRUE(client->out.closed);
  EXPECT_EQ(client->out.reason, close_reason::forced_close);
  close(*client);
}

} // namespace
} // namespace arauto
