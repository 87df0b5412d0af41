#include "app/watchdog.hpp"

#include "net/log.hpp"

#include <utility>

namespace arauto::app {

namespace {

/// Looks in one interval, so that one late look ends nobody.
constexpr int looks = 4;

} // namespace

bool life_sign::look() {
  if (!is_answered_->exchange(false, std::memory_order_acq_rel))
    return false;
  ask_([answered = is_answered_] { answered->store(true, std::memory_order_release); });
  return true;
}

watchdog::watchdog(std::chrono::microseconds interval, std::vector<life_sign> signs, std::function<void()> alive)
    : interval_{interval},
      signs_{std::move(signs)},
      alive_{std::move(alive)},
      thread_{[this](const std::stop_token& stop) { run(stop); }} {}

void watchdog::run(const std::stop_token& stop) {
  auto is_silent = false;
  std::unique_lock lock{mutex_};
  while (!stop.stop_requested()) {
    std::size_t still = 0;
    for (auto& x : signs_)
      still += x.look() ? 0 : 1;
    if (still == 0)
      alive_();
    else if (!is_silent)
      log(log_level::error, "watchdog",
          std::to_string(still) + " of " + std::to_string(signs_.size()) +
              " threads stand still; unless they go on, the service manager ends the server");
    is_silent = still != 0;
    wakes_.wait_for(lock, stop, interval_ / looks, [] { return false; });
  }
}

} // namespace arauto::app
