#pragma once

#include "net/io/epoll_set.hpp"
#include "net/io/timer_wheel.hpp"
#include "net/ports.hpp"
#include "net/turn_queue.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include <atomic>
#include <functional>
#include <mutex>
#include <vector>

namespace arauto::io {

/// The loop of one I/O thread. A turn is: descriptors that are ready (bounded), functions that were posted, timers that
/// are due, then the turn's own work until nothing is left, then one flush of every socket that has something to send.
/// What was posted runs once all descriptors of the same look have been told.
class io_loop final : public loop {
public:
  /// What Beast's WebSocket completes its operations by.
  using executor_type = boost::asio::io_context::executor_type;

  explicit io_loop(std::uint16_t index);

  /// Runs turns on the calling thread until `stop`.
  void run();
  /// Thread-safe. The current turn ends first.
  void stop();

  executor_type get_executor() noexcept { return beast_.get_executor(); }
  epoll_set& descriptors() noexcept { return descriptors_; }

  /// A piece of work was taken on for the end of the turn, such as a request. After a bounded number of them the turn
  /// takes on no more: all of its stages touch what one of them touched, which should not leave the cache.
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

  void look();
  void tell_ready();
  void run_posted();
  void fire_timers();
  void end_turn();
  bool has_work() noexcept;
  int milliseconds_to_wait() noexcept;

  std::uint16_t index_;
  epoll_set descriptors_;
  boost::asio::io_context beast_{1};
  boost::asio::executor_work_guard<executor_type> beast_stays_{beast_.get_executor()};
  timer_wheel wheel_;
  turn_queue work_;
  turn_queue flushes_;
  std::uint32_t taken_on_ = 0;
  /// Functions of this round, and the next one to run.
  std::vector<std::function<void()>> running_;
  std::size_t next_ = 0;
  std::atomic<bool> stopping_{false};

  std::mutex mutex_;
  std::vector<std::function<void()>> posted_;
  /// The thread waits, and has to be woken for what is posted.
  bool is_asleep_ = false;
};

} // namespace arauto::io
