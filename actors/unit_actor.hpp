#pragma once

#include "actors/io_unit.hpp"

#include <caf/actor_config.hpp>
#include <caf/actor_system.hpp>
#include <caf/make_actor.hpp>
#include <caf/monitorable_actor.hpp>

#include <utility>

namespace arauto {

/// An actor that lives on the thread of an I/O unit and has no mailbox of its own: what CAF's event-based actors have
/// takes more than a kilobyte, and each message to one visits a dozen cache lines of it. Takes one-way messages only;
/// can be monitored and linked like any actor. The unit outlives it.
class unit_actor : public caf::monitorable_actor {
public:
  explicit unit_actor(caf::actor_config& config);

  using caf::monitorable_actor::enqueue;

  /// Handles one message. Own thread only; nothing is thrown.
  void run(caf::mailbox_element& what) noexcept;
  /// Takes over what another thread has sent. Own thread only.
  virtual void arrive(caf::mailbox_element_ptr what) = 0;

  io_unit& unit() noexcept { return *unit_; }

protected:
  /// One message, not of the system's own. What it throws is logged and counted.
  virtual void receive(caf::type_erased_tuple& what) = 0;
  /// The actor is asked to exit.
  virtual void on_exit_request() = 0;
  /// Tells those who monitor it. What still arrives is dropped by those who have no use for it.
  void end();
  bool has_ended() const noexcept { return getf(is_cleaned_up_flag); }

private:
  io_unit* unit_;
};

/// Makes such an actor on a unit.
template <class Actor, class Handle, class... Arguments>
Handle make_on(io_unit& unit, Arguments&&... arguments) {
  auto& system = unit.system();
  caf::actor_config config{&unit};
  return caf::make_actor<Actor, Handle>(system.next_actor_id(), system.node(), &system, config,
                                        std::forward<Arguments>(arguments)...);
}

} // namespace arauto
