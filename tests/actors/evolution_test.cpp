#include "actors/kinds/evolution.hpp"
#include "tests/support/actor_fixture.hpp"

#include <gmock/gmock.h>

namespace arauto {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// The kind EVOLUTION: messages in, events out. The recorded answers are replayed end to end; this is about the rest.
class EvolutionChannel : public test::ActorFixture {
protected:
  EvolutionChannel() {
    auto entry = std::make_shared<directory_entry>();
    auto record = make_record("acme");
    entry->number = ++last_number;
    entry->token = key_digest::of(record->token);
    entry->actor = spawn_evolution(threads[1]->unit, services, entry->number, record);
    entry->record = std::move(record);
    board.publish(board.current()->with(entry));
    acme = entry;
    settle();
    client = join_client(0, "/acme", acme->record->token);
    client->out.take();
  }
  ~EvolutionChannel() override { close(*client); }

  void post(const std::string& body) {
    threads[0]->intake_q.submit(acme->actor, std::make_shared<const std::string>(body), {0, 0, 0, ++last_request});
    settle();
  }

  /// Names of the events that came since the last call.
  std::vector<std::string> names() {
    std::vector<std::string> out;
    for (const auto& x : client->out.take())
      out.push_back(x.substr(x.find("[\"") + 2, x.find("\",") - x.find("[\"") - 2));
    return out;
  }

  directory_entry_ptr acme;
  std::unique_ptr<test::fake_client> client;
};

TEST_F(EvolutionChannel, TellsOfAnUpdateFromTheSecondMessageOfAChatOn) {
  const std::string message = R"({"key":{"remoteJid":"1@s","id":"A"},"message":{"conversation":"x"}})";
  post(message);
  EXPECT_THAT(names(), ElementsAre("messages.upsert", "contacts.upsert", "chats.upsert"));
  post(message);
  EXPECT_THAT(names(), ElementsAre("messages.upsert", "contacts.upsert", "chats.update", "chats.upsert"));
  EXPECT_THAT(answers, ElementsAre("1:ok", "2:ok"));
}

TEST_F(EvolutionChannel, PassesTheMessageOnAsItStands) {
  post(
      R"({"key":{"remoteJid":"1@s","id":"A","fromMe":true,"participant":"p"},"profilePicUrl":null,"pushName":"\u0041",)"
      R"("message":{"n":1.50,"a":{"0":1}},"messageType":"conversation"})");
  ASSERT_EQ(client->out.packets.size(), 3U);
  EXPECT_THAT(client->out.packets[0],
              HasSubstr(R"("data":{"key":{"id":"A","remoteJid":"1@s","fromMe":true},"pushName":"\u0041",)"
                        R"("message":{"n":1.50,"a":{"0":1}},"messageType":"conversation","messageTimestamp":)"));
  EXPECT_THAT(client->out.packets[0], HasSubstr(R"(,"source":"unknown","instanceId":"id-of-acme"})"));
  EXPECT_THAT(client->out.packets[1],
              HasSubstr(R"("data":{"remoteJid":"1@s","pushName":"\u0041","instanceId":"id-of-acme"})"));
  EXPECT_THAT(client->out.packets[2], HasSubstr(R"("data":{"remoteJid":"1@s","instanceId":"id-of-acme"})"));
}

TEST_F(EvolutionChannel, GivesAMessageWithoutIdAFreshOne) {
  post(R"({"key":{"remoteJid":"1@s"},"message":{}})");
  EXPECT_THAT(client->out.packets.front(), HasSubstr(R"("key":{"id":")"));
}

TEST_F(EvolutionChannel, AcceptsWhatIsNoMessageAndMakesNothingOfIt) {
  for (const auto* body : {"{}", R"({"message":{"conversation":"x"}})", R"({"key":{"remoteJid":"1@s"}})",
                           R"({"key":{"remoteJid":7},"message":{}})", R"({"key":{"remoteJid":""},"message":{}})",
                           R"({"key":[],"message":{}})", R"({"key":{"remoteJid":"1@s"},"message":null})"})
    post(body);
  EXPECT_THAT(client->out.packets, IsEmpty());
  EXPECT_EQ(answers.size(), 7U);
  EXPECT_THAT(answers, testing::Each(testing::EndsWith(":ok")));
}

TEST_F(EvolutionChannel, RefusesMessagesOnceItIsDeleted) {
  caf::anon_send(acme->actor, retire_instance{});
  settle();
  post(R"({"key":{"remoteJid":"1@s"},"message":{}})");
  EXPECT_THAT(answers, ElementsAre(HasSubstr("404")));
}

TEST_F(EvolutionChannel, OtherKindsHaveNoChannel) {
  const auto other = add_instance(make_record("other"));
  threads[0]->intake_q.submit(other->actor, std::make_shared<const std::string>("{}"), {0, 0, 0, 9});
  settle();
  EXPECT_THAT(answers, ElementsAre(HasSubstr("9:404")));
}

} // namespace
} // namespace arauto
