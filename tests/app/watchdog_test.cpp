#include "app/watchdog.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <future>

namespace arauto::app {
namespace {

using namespace std::chrono_literals;

/// One that answers as long as it is told to.
struct fake_thread {
  std::atomic<bool> turns{true};
  std::atomic<int> asked{0};
  life_sign sign() {
    return life_sign{[this](const life_sign::answer& answer) {
      ++asked;
      if (turns)
        answer();
    }};
  }
};

TEST(LifeSign, IsThereAsLongAsTheThreadAnswers) {
  fake_thread x;
  auto sign = x.sign();
  for (int i = 0; i < 3; ++i)
    EXPECT_TRUE(sign.look()) << i;
}

TEST(LifeSign, IsMissingFromTheSecondLookOnAndAsksOnceOnly) {
  fake_thread x;
  auto sign = x.sign();
  x.turns = false;
  EXPECT_TRUE(sign.look()) << "it has answered up to now";
  EXPECT_FALSE(sign.look());
  EXPECT_FALSE(sign.look());
  EXPECT_EQ(x.asked, 1);
}

TEST(LifeSign, ComesBackWithALateAnswer) {
  life_sign::answer late;
  life_sign sign{[&](life_sign::answer answer) { late = std::move(answer); }};
  EXPECT_TRUE(sign.look());
  EXPECT_FALSE(sign.look());
  late();
  EXPECT_TRUE(sign.look());
}

TEST(Watchdog, TellsThatItLivesWhileAllThreadsTurn) {
  fake_thread a;
  fake_thread b;
  std::promise<void> third;
  std::atomic<int> told{0};
  const watchdog dog{4ms, {a.sign(), b.sign()}, [&] {
                       if (++told == 3)
                         third.set_value();
                     }};
  EXPECT_EQ(third.get_future().wait_for(10s), std::future_status::ready);
}

TEST(Watchdog, TellsNothingMoreOnceOneThreadStandsStill) {
  fake_thread good;
  fake_thread bad;
  std::atomic<int> told{0};
  bad.turns = false;
  std::promise<void> tenth;
  life_sign counting{[&, looks = 0](const life_sign::answer& answer) mutable {
    answer();
    if (++looks == 10)
      tenth.set_value();
  }};
  const watchdog dog{4ms, {good.sign(), bad.sign(), counting}, [&] { ++told; }};
  ASSERT_EQ(tenth.get_future().wait_for(10s), std::future_status::ready);
  EXPECT_EQ(told, 1) << "only the first look, before which nobody was asked";
}

TEST(Watchdog, EndsAtOnceWhateverItsInterval) {
  fake_thread x;
  const auto begin = std::chrono::steady_clock::now();
  {
    const watchdog dog{1h, {x.sign()}, [] {}};
  }
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 1min);
}

} // namespace
} // namespace arauto::app
