#pragma once

#include "net/io/timer_wheel.hpp"
#include "net/ports.hpp"
#include "net/turn_queue.hpp"

#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <utility>

namespace arauto::test {

/// A loop that a test steps by hand, with a clock that the test moves. The thread that made it counts as its thread.
class manual_loop final : public loop {
public:
  explicit manual_loop(std::uint16_t index = 0) : index_{index}, wheel_{0}, home_{std::this_thread::get_id()} {}

  /// Runs turns until nothing is left to do.
  void run() {
    for (;;) {
      std::deque<std::function<void()>> posted;
      {
        const std::lock_guard lock{mutex_};
        posted.swap(posted_);
      }
      if (posted.empty() && work_.empty() && flushes_.empty())
        return;
      for (auto& x : posted)
        x();
      while (!work_.empty())
        work_.run();
      flushes_.run();
    }
  }

  /// Moves the clock and runs what became due.
  void advance(std::chrono::milliseconds by) {
    now_ms_ += by.count();
    wheel_.advance(now_ms_);
    run();
  }

  void post(std::function<void()> what) override {
    const std::lock_guard lock{mutex_};
    posted_.push_back(std::move(what));
  }
  void at_turn_end(turn_task& what) override { work_.push(what); }
  void at_flush(turn_task& what) override { flushes_.push(what); }
  void forget(turn_task& what) noexcept override {
    work_.remove(what);
    flushes_.remove(what);
  }
  void arm(timer& what, std::chrono::milliseconds delay) override { wheel_.arm(what, now_ms_ + delay.count()); }
  void disarm(timer& what) noexcept override { wheel_.disarm(what); }
  std::int64_t now_ms() const noexcept override { return now_ms_; }
  bool is_current() const noexcept override { return std::this_thread::get_id() == home_; }
  std::uint16_t index() const noexcept override { return index_; }

private:
  std::uint16_t index_;
  std::int64_t now_ms_ = 0;
  timer_wheel wheel_;
  turn_queue work_;
  turn_queue flushes_;
  std::mutex mutex_;
  std::deque<std::function<void()>> posted_;
  std::thread::id home_;
};

} // namespace arauto::test
