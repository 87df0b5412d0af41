#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <stop_token>
#include <thread>
#include <vector>

namespace arauto::app {

/// What says that one thread still turns: an answer that it has to give itself. Thread-safe.
class life_sign {
public:
  /// `ask` brings the answer to the thread, which calls it there.
  using answer = std::function<void()>;
  explicit life_sign(std::function<void(answer)> ask) : ask_{std::move(ask)} {}

  /// Whether the last question was answered; then asks the next one. A thread that stands still is asked once only.
  bool look();

private:
  std::function<void(answer)> ask_;
  std::shared_ptr<std::atomic<bool>> is_answered_ = std::make_shared<std::atomic<bool>>(true);
};

/// Calls `alive` four times in each `interval` as long as every thread that it looks at turns, on a thread of its own.
/// One that has stood still is logged once. Its end waits for that thread.
class watchdog {
public:
  watchdog(std::chrono::microseconds interval, std::vector<life_sign> signs, std::function<void()> alive);

private:
  void run(const std::stop_token& stop);

  std::chrono::microseconds interval_;
  std::vector<life_sign> signs_;
  std::function<void()> alive_;
  std::mutex mutex_;
  std::condition_variable_any wakes_;
  /// Last: ends first.
  std::jthread thread_;
};

} // namespace arauto::app
