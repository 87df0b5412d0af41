#include "tests/conformance/recovery_store.hpp"

#include <gmock/gmock.h>

namespace arauto::conformance {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class RecoveryStore : public testing::Test {
protected:
  /// Sends a packet; its offset.
  std::string send(const audience& to, const std::string& text) {
    const auto offset = store.next_offset();
    store.keep_packet(to, {frame::text({text})}, now);
    return offset;
  }
  void cut(const std::string& pid, std::vector<std::string> rooms = {}) {
    kept_member x;
    x.who.pid = pid;
    x.rooms = std::move(rooms);
    x.cut_at_ms = now;
    store.keep_session(std::move(x));
  }
  /// What the client of that session missed; nothing: it gets a new session.
  std::optional<std::vector<std::string>> missed(const std::string& pid, const std::string& offset) {
    const auto found = store.restore(pid, offset, now);
    if (!found)
      return std::nullopt;
    std::vector<std::string> texts;
    for (const auto& x : found->missed)
      texts.emplace_back(x->packet());
    return texts;
  }

  recovery_store store;
  std::int64_t now = 1000;
};

TEST_F(RecoveryStore, GivesWhatASessionMissedAndNothingElse) {
  const auto last = send({}, "before");
  cut("p", {"own", "r1"});
  send({}, "all");
  send({{"r1", "own"}, {}}, "two rooms of it");
  send({{"r2"}, {}}, "another room");
  send({{}, {"own"}}, "all but it");
  send({{"r1"}, {"r2"}}, "a room of it");
  EXPECT_THAT(missed("p", last).value(), ElementsAre("all", "two rooms of it", "a room of it"));
}

TEST_F(RecoveryStore, GivesASessionOnce) {
  const auto last = send({}, "before");
  cut("p");
  EXPECT_THAT(missed("p", last).value(), IsEmpty());
  EXPECT_EQ(missed("p", last), std::nullopt);
}

TEST_F(RecoveryStore, KeepsASessionThatIsAskedForWithAnOffsetThatItDoesNotHave) {
  const auto last = send({}, "before");
  cut("p");
  EXPECT_EQ(missed("p", "elsewhere.0"), std::nullopt);
  EXPECT_EQ(missed("p", store.next_offset()), std::nullopt);
  EXPECT_EQ(missed("q", last), std::nullopt);
  EXPECT_NE(missed("p", last), std::nullopt);
}

TEST_F(RecoveryStore, ForgetsSessionsAndPacketsAfterTwoMinutes) {
  const auto first = send({}, "1");
  cut("p");
  now += recovery_store::age_max_ms;
  const auto second = send({}, "2");
  cut("q");
  EXPECT_THAT(missed("p", first).value(), ElementsAre("2"));
  cut("p");
  ++now;
  EXPECT_EQ(missed("q", first), std::nullopt); // The packet is too old, the session is not.
  now += recovery_store::age_max_ms - 1;
  EXPECT_THAT(missed("q", second).value(), IsEmpty());
  ++now;
  send({}, "3");
  EXPECT_EQ(missed("p", second), std::nullopt);
}

TEST_F(RecoveryStore, MakesRoomForTheNewest) {
  const auto first = send({}, "first");
  for (std::size_t i = 0; i < recovery_store::packets_max; ++i)
    send({}, "more");
  cut("p");
  EXPECT_EQ(missed("p", first), std::nullopt);
  const auto last = send({}, "last");
  for (std::size_t i = 0; i < recovery_store::sessions_max; ++i)
    cut("p" + std::to_string(i));
  EXPECT_EQ(missed("p", last), std::nullopt);
  EXPECT_NE(missed("p0", last), std::nullopt);
}

} // namespace
} // namespace arauto::conformance
