#include "app/recovery_tokens.hpp"

#include <gmock/gmock.h>

#include <algorithm>

namespace arauto::app {
namespace {

const recovery_tokens tokens{"the secret of this installation"};

recovery_claim some_claim() {
  return {"Xy_-56789012345678ab", 0x8000000000000001, {~std::uint64_t{0}, 258}, 77};
}

TEST(RecoveryTokens, SayWhatTheyWereMadeOfAlsoInTheNextProcess) {
  const recovery_tokens next{"the secret of this installation"};
  const auto x = next.read(tokens.sign(some_claim()));
  ASSERT_TRUE(x);
  EXPECT_EQ(x->sid, "Xy_-56789012345678ab");
  EXPECT_EQ(x->stamp, 0x8000000000000001);
  EXPECT_EQ(x->joined.epoch, ~std::uint64_t{0});
  EXPECT_EQ(x->joined.sequence, 258U);
  EXPECT_EQ(x->inherited, 77U);
}

TEST(RecoveryTokens, ConsistOfCharactersThatAnUrlKeeps) {
  const auto pid = tokens.sign(some_claim());
  EXPECT_TRUE(std::all_of(pid.begin(), pid.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_';
  })) << pid;
}

TEST(RecoveryTokens, DoNotSurviveAChange) {
  const auto pid = tokens.sign(some_claim());
  for (std::size_t i = 0; i + 1 < pid.size(); ++i) { // The last character has bits that count for nothing.
    auto wrong = pid;
    wrong[i] = wrong[i] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(tokens.read(wrong)) << i;
  }
  for (std::size_t i = 0; i < pid.size(); ++i)
    EXPECT_FALSE(tokens.read(std::string_view{pid}.substr(0, i))) << i;
  for (const auto* more : {"A", "AAAA", "=", "\n"})
    EXPECT_FALSE(tokens.read(pid + more));
}

TEST(RecoveryTokens, AreNotMadeByOthers) {
  EXPECT_FALSE(recovery_tokens{"another secret"}.read(tokens.sign(some_claim())));
  for (const auto& text : {std::string{}, std::string{"unknown"}, std::string(1000000, 'A'), std::string(90, '\xff')})
    EXPECT_FALSE(tokens.read(text)) << text.size();
}

} // namespace
} // namespace arauto::app
