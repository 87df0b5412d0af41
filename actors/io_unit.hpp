#pragma once

#include "net/counters.hpp"
#include "net/ports.hpp"

#include <caf/execution_unit.hpp>
#include <caf/mailbox_element.hpp>
#include <caf/resumable.hpp>

#include <deque>
#include <mutex>
#include <vector>

namespace arauto {

class light_actor;

/// An I/O loop as CAF execution unit: actors placed here run at the end of the loop's turns, on its thread only. Lives
/// longer than every actor on it. Its job lists are bounded by the number of actors; messages for light actors from
/// other threads by what those threads have under way.
class io_unit final : public caf::execution_unit, private turn_task {
public:
  io_unit(caf::actor_system& system, loop& home, io_counters& counters);
  /// Drops jobs that were left over. No thread may run the loop any more.
  ~io_unit() override;

  /// Queues an actor that has messages; takes over one reference. Thread-safe, unlike CAF's own units.
  void exec_later(caf::resumable* job) override;

  /// Brings a message of another thread to a light actor. Thread-safe.
  void hand_over(caf::strong_actor_ptr keep, light_actor& to, caf::mailbox_element_ptr what);

  loop& home() noexcept { return home_; }
  io_counters& counters() noexcept { return counters_; }
  bool is_current() const noexcept { return home_.is_current(); }

private:
  struct light_message {
    caf::strong_actor_ptr keep;
    light_actor* to;
    caf::mailbox_element_ptr what;
  };

  void at_turn_end() override;
  void fetch_remote();
  template <class Put>
  void put_remote(Put put);

  loop& home_;
  io_counters& counters_;
  std::deque<caf::resumable*> jobs_;
  std::mutex mutex_;
  std::vector<caf::resumable*> remote_jobs_;
  std::vector<light_message> remote_messages_;
};

} // namespace arauto
