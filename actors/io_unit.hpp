#pragma once

#include "net/counters.hpp"
#include "net/ports.hpp"

#include <caf/execution_unit.hpp>
#include <caf/mailbox_element.hpp>
#include <caf/resumable.hpp>

#include <chrono>
#include <deque>
#include <list>
#include <mutex>
#include <utility>
#include <vector>

namespace arauto {

class unit_actor;

/// A message on its way to an actor of a unit.
struct unit_message {
  caf::strong_actor_ptr keep;
  unit_actor* to;
  caf::mailbox_element_ptr what;
};

/// An I/O loop as CAF execution unit: its actors run on the loop's thread only, those that are placed at the end of
/// the loop's turns. Lives longer than every actor on it. Its queues are bounded by what those who send have under way,
/// and the jobs (one-shot actors of CAF's own kind) by the number of those.
class io_unit final : public caf::execution_unit, private turn_task {
public:
  io_unit(caf::actor_system& system, loop& home, io_counters& counters);
  /// Drops what was left over. No thread may run the loop any more.
  ~io_unit() override;

  /// Queues an actor of CAF's own kind that has messages; takes over one reference. Thread-safe, unlike CAF's own
  /// units.
  void exec_later(caf::resumable* job) override;

  /// Queues a message for the end of the turn. Own thread only.
  void queue(unit_message what);

  /// The same after a delay. Own thread only. Bounded by the actors: each has few such messages.
  void queue_later(std::chrono::milliseconds delay, unit_message what);

  /// Brings a message of another thread to an actor. Thread-safe.
  void hand_over(unit_message what);

  loop& home() noexcept { return home_; }
  io_counters& counters() noexcept { return counters_; }
  bool is_current() const noexcept { return home_.is_current(); }

private:
  /// A message that waits for its time.
  struct delayed final : timer {
    delayed(io_unit& owner, unit_message x) : home{owner}, what{std::move(x)} {}
    void on_timer() override;
    io_unit& home;
    unit_message what;
    std::list<delayed>::iterator place{};
  };

  void at_turn_end() override;
  void run_messages();
  void run_jobs();
  void fetch_remote();
  template <class Put>
  void put_remote(Put put);

  loop& home_;
  io_counters& counters_;
  std::vector<unit_message> messages_;
  /// The messages of this round.
  std::vector<unit_message> running_;
  std::list<delayed> delayed_;
  std::deque<caf::resumable*> jobs_;
  std::mutex mutex_;
  std::vector<caf::resumable*> remote_jobs_;
  std::vector<unit_message> remote_messages_;
};

} // namespace arauto
