#pragma once

#include "net/io/timer_wheel.hpp"
#include "net/ports.hpp"
#include "net/turn_queue.hpp"

#include <boost/asio/io_context.hpp>

#include <atomic>
#include <memory>

namespace arauto::io {

/// The loop of one I/O thread over Asio. A turn is: handlers that are ready (bounded), then the turn's own work until
/// nothing is left, then one flush of every socket that has something to send.
class io_loop final : public loop {
public:
  explicit io_loop(std::uint16_t index);

  /// Runs turns on the calling thread until `stop`.
  void run();
  /// Thread-safe. The current turn ends first.
  void stop();

  boost::asio::io_context& context() noexcept { return context_; }

  /// A handler took on a piece of work for the end of the turn, such as a request. After a bounded number of them the
  /// turn runs no more handlers: all of its stages touch what one of them touched, which should not leave the cache.
  void note_work() noexcept { ++taken_on_; }
  bool is_turn_full() const noexcept { return taken_on_ >= work_per_turn; }

  void post(std::function<void()> what) override;
  void at_turn_end(turn_task& what) override { work_.push(what); }
  void at_flush(turn_task& what) override { flushes_.push(what); }
  void forget(turn_task& what) noexcept override;
  void arm(timer& what, std::chrono::milliseconds delay) override;
  void disarm(timer& what) noexcept override { wheel_.disarm(what); }
  std::int64_t now_ms() const noexcept override;
  bool is_current() const noexcept override;
  std::uint16_t index() const noexcept override { return index_; }

private:
  static constexpr std::uint32_t work_per_turn = 64;

  void end_turn();
  void wait();
  void fire_timers();

  std::uint16_t index_;
  boost::asio::io_context context_{1};
  timer_wheel wheel_;
  turn_queue work_;
  turn_queue flushes_;
  std::uint32_t taken_on_ = 0;
  std::atomic<bool> stopping_{false};
};

} // namespace arauto::io
