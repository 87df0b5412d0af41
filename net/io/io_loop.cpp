#include "net/io/io_loop.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>

namespace arauto::io {

namespace {

/// Handlers per turn: a bound on how long what was queued waits for its write.
constexpr int handlers_per_turn = 512;
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
  const auto guard = boost::asio::make_work_guard(context_);
  while (!stopping_.load(std::memory_order_acquire)) {
    wait();
    for (int n = 0; n < handlers_per_turn && !is_turn_full() && context_.poll_one() != 0; ++n)
      ;
    fire_timers();
    end_turn();
  }
  current_loop = nullptr;
}

void io_loop::stop() {
  boost::asio::post(context_, [this] { stopping_.store(true, std::memory_order_release); });
}

void io_loop::post(std::function<void()> what) {
  boost::asio::post(context_, std::move(what));
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

void io_loop::end_turn() {
  taken_on_ = 0;
  for (int round = 0; round < rounds_per_turn && !work_.empty(); ++round)
    work_.run();
  flushes_.run();
}

/// Waits for a handler or for the next timer; the time goes to epoll itself, so that no timer costs a system call of
/// its own.
void io_loop::wait() {
  if (!work_.empty() || !flushes_.empty())
    return;
  if (const auto next = wheel_.next_ms())
    context_.run_one_until(std::chrono::steady_clock::time_point{std::chrono::milliseconds{*next}});
  else
    context_.run_one();
}

void io_loop::fire_timers() {
  const auto next = wheel_.next_ms();
  if (const auto now = now_ms(); next && *next <= now)
    wheel_.advance(now);
}

} // namespace arauto::io
