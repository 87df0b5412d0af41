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

TEST(TimerWheel, FiresNeverEarlyAndAtMostOneTickLate) {
  timer_wheel wheel{0};
  std::int64_t now = 0;
  std::mt19937 random{1};
  std::vector<std::unique_ptr<recording_timer>> timers;
  int fired = 0;
  for (int i = 0; i < 2000; ++i) {
    const std::int64_t due = random() % 100000;
    timers.push_back(std::make_unique<recording_timer>([&now, &fired, due] {
      ++fired;
      EXPECT_GE(now, due);
      EXPECT_LE(now, due + 2 * timer_wheel::tick_ms);
    }));
    wheel.arm(*timers.back(), due);
  }
  for (; now <= 100100; ++now)
    wheel.advance(now);
  EXPECT_EQ(fired, 2000);
}

TEST(TimerWheel, FiresTimersBeyondOneRoundInTheirOwnRound) {
  timer_wheel wheel{0};
  std::vector<std::int64_t> order;
  recording_timer near{[&] { order.push_back(1); }};
  recording_timer far{[&] { order.push_back(2); }};
  // Both stand in the same slot of the wheel.
  wheel.arm(near, 400);
  wheel.arm(far, 400 + 8192 * timer_wheel::tick_ms);
  wheel.advance(1000);
  EXPECT_EQ(order, (std::vector<std::int64_t>{1}));
  wheel.advance(8192 * timer_wheel::tick_ms + 1000);
  EXPECT_EQ(order, (std::vector<std::int64_t>{1, 2}));
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
  wheel.arm(x, 5000);
  ASSERT_TRUE(wheel.next_ms());
  EXPECT_EQ(*wheel.next_ms(), 5000);
  wheel.advance(5000);
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
