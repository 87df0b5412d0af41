#include "net/io/io_loop.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace arauto::io {

namespace {

/// Descriptors per turn: a bound on how long what was queued waits for its write.
constexpr int descriptors_per_turn = 512;
/// Rounds of turn work: actors that keep each other busy must not keep sockets from being written.
constexpr int rounds_per_turn = 64;

thread_local const io_loop* current_loop = nullptr;

std::int64_t steady_ms() {
  using namespace std::chrono;
  return duration_cast<milliseconds>(steady_clock::now().time_since_epoch()).count();
}

} // namespace

io_loop::io_loop(std::uint16_t index) : index_{index}, wheel_{steady_ms()} {}

void io_loop::run() {
  current_loop = this;
  while (!stopping_.load(std::memory_order_acquire)) {
    look();
    tell_ready();
    run_posted();
    fire_timers();
    end_turn();
  }
  current_loop = nullptr;
}

void io_loop::stop() {
  post([this] { stopping_.store(true, std::memory_order_release); });
}

void io_loop::post(std::function<void()> what) {
  bool wakes = false;
  {
    const std::lock_guard lock{mutex_};
    posted_.push_back(std::move(what));
    wakes = std::exchange(is_asleep_, false);
  }
  if (wakes)
    descriptors_.wake();
}

void io_loop::forget(turn_task& what) noexcept {
  work_.remove(what);
  flushes_.remove(what);
}

void io_loop::arm(timer& what, std::chrono::milliseconds delay) {
  wheel_.arm(what, now_ms() + delay.count());
}

std::int64_t io_loop::now_ms() const noexcept {
  return steady_ms();
}

bool io_loop::is_current() const noexcept {
  return current_loop == this;
}

bool io_loop::has_work() noexcept {
  return !work_.empty() || !flushes_.empty() || next_ != running_.size();
}

/// The next timer is the time-out of epoll itself, so that no timer costs a system call of its own.
int io_loop::milliseconds_to_wait() noexcept {
  const auto next = wheel_.next_ms();
  if (!next)
    return -1;
  constexpr std::int64_t longest = std::numeric_limits<int>::max();
  return static_cast<int>(std::clamp<std::int64_t>(*next - now_ms(), 0, longest));
}

void io_loop::look() {
  const auto has_completed = beast_.poll() != 0;
  auto timeout = has_completed || has_work() ? 0 : milliseconds_to_wait();
  if (timeout != 0) {
    const std::lock_guard lock{mutex_};
    is_asleep_ = posted_.empty();
    timeout = is_asleep_ ? timeout : 0;
  }
  descriptors_.look(timeout);
  const std::lock_guard lock{mutex_};
  is_asleep_ = false;
  if (next_ != running_.size())
    return;
  running_.clear();
  next_ = 0;
  running_.swap(posted_);
}

void io_loop::tell_ready() {
  for (int n = 0; n < descriptors_per_turn && !is_turn_full() && descriptors_.tell_one(); ++n)
    ;
}

void io_loop::run_posted() {
  while (descriptors_.has_told_all() && next_ != running_.size() && !is_turn_full()) {
    const auto what = std::move(running_[next_++]);
    what();
  }
}

void io_loop::fire_timers() {
  const auto next = wheel_.next_ms();
  if (const auto now = now_ms(); next && *next <= now)
    wheel_.advance(now);
}

void io_loop::end_turn() {
  taken_on_ = 0;
  for (int round = 0; round < rounds_per_turn && !work_.empty(); ++round)
    work_.run();
  flushes_.run();
}

} // namespace arauto::io
