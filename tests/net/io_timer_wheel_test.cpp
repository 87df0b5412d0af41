#include "net/io/timer_wheel.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <random>
#include <vector>

namespace arauto {
namespace {

class recording_timer final : public timer {
public:
  explicit recording_timer(std::function<void()> act) : act_{std::move(act)} {}
  void on_timer() override { act_(); }

private:
  std::function<void()> act_;
};

/// Calls as the loop does: whenever the wheel asks for it, and at no other time.
void run_until(timer_wheel& wheel, std::int64_t& now, std::int64_t end) {
  for (auto next = wheel.next_ms(); next && *next <= end; next = wheel.next_ms()) {
    ASSERT_GT(*next, now);
    now = *next;
    wheel.advance(now);
  }
  now = end;
  wheel.advance(now);
}

TEST(TimerWheel, FiresInTheMillisecondOfTheDeadline) {
  std::mt19937 random{1};
  for (const std::int64_t range : {3, 300, 1500, 100'000, 5'000'000}) {
    std::int64_t now = 12'345;
    timer_wheel wheel{now};
    std::vector<std::unique_ptr<recording_timer>> timers;
    int fired = 0;
    std::function<void()> add = [&] {
      const auto due = now + 1 + static_cast<std::int64_t>(random()) % range;
      timers.push_back(std::make_unique<recording_timer>([&, due] {
        ++fired;
        EXPECT_EQ(now, due) << "range " << range;
        if (timers.size() < 4000)
          add();
      }));
      wheel.arm(*timers.back(), due);
    };
    for (int i = 0; i < 2000; ++i)
      add();
    run_until(wheel, now, now + 3 * range + 1);
    EXPECT_EQ(fired, 4000);
  }
}

TEST(TimerWheel, FiresWhatIsOverdueInOrder) {
  timer_wheel wheel{0};
  std::vector<int> order;
  recording_timer near{[&] { order.push_back(1); }};
  recording_timer far{[&] { order.push_back(3); }};
  recording_timer between{[&] { order.push_back(2); }};
  wheel.arm(far, 2'000'000);
  wheel.arm(between, 1024);
  wheel.arm(near, 1023);
  wheel.advance(3'000'000);
  EXPECT_EQ(order, (std::vector{1, 2, 3}));
}

TEST(TimerWheel, FiresTimersBeyondOneRoundInTheirOwnRound) {
  timer_wheel wheel{0};
  std::vector<std::int64_t> order;
  recording_timer near{[&] { order.push_back(1); }};
  recording_timer far{[&] { order.push_back(2); }};
  // Both wait in the same slot of the wheel.
  wheel.arm(near, 5000);
  wheel.arm(far, 5000 + 1024 * 1024);
  wheel.advance(6000);
  EXPECT_EQ(order, (std::vector<std::int64_t>{1}));
  wheel.advance(5000 + 1024 * 1024);
  EXPECT_EQ(order, (std::vector<std::int64_t>{1, 2}));
}

TEST(TimerWheel, WhatIsOverFiresInTheNextMillisecond) {
  std::int64_t now = 1023; // The last of a block.
  timer_wheel wheel{now};
  recording_timer x{[&] { EXPECT_EQ(now, 1024); }};
  wheel.arm(x, 7);
  run_until(wheel, now, 2000);
  EXPECT_FALSE(x.is_linked());
}

TEST(TimerWheel, ForgetsDisarmedTimers) {
  timer_wheel wheel{0};
  bool fired = false;
  recording_timer x{[&] { fired = true; }};
  wheel.arm(x, 10);
  wheel.disarm(x);
  EXPECT_FALSE(x.is_linked());
  wheel.advance(1000);
  EXPECT_FALSE(fired);
}

TEST(TimerWheel, ForgetsTimersThatDie) {
  timer_wheel wheel{0};
  {
    recording_timer x{[] { FAIL() << "it is dead"; }};
    wheel.arm(x, 10);
  }
  wheel.advance(1000);
}

TEST(TimerWheel, ArmsAgainFromInsideTheHandler) {
  timer_wheel wheel{0};
  int count = 0;
  recording_timer* self = nullptr;
  recording_timer x{[&] {
    if (++count < 5)
      wheel.arm(*self, count * 100 + 100);
  }};
  self = &x;
  wheel.arm(x, 100);
  wheel.advance(10000);
  EXPECT_EQ(count, 5);
}

TEST(TimerWheel, TellsWhenItHasToBeCalled) {
  timer_wheel wheel{0};
  EXPECT_FALSE(wheel.next_ms());
  recording_timer x{[] {}};
  wheel.arm(x, 500);
  EXPECT_EQ(wheel.next_ms(), 500);
  wheel.arm(x, 5000);
  ASSERT_TRUE(wheel.next_ms());
  EXPECT_LE(*wheel.next_ms(), 5000);
  std::int64_t now = 0;
  run_until(wheel, now, 5000);
  EXPECT_FALSE(x.is_linked());
  EXPECT_FALSE(wheel.next_ms());
}

TEST(TimerWheel, DisarmsWhatIsLeftWhenItDies) {
  recording_timer x{[] {}};
  {
    timer_wheel wheel{0};
    wheel.arm(x, 5000);
  }
  EXPECT_FALSE(x.is_linked());
}

} // namespace
} // namespace arauto
