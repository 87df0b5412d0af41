#pragma once

#include "actors/io_unit.hpp"

#include <caf/actor_config.hpp>
#include <caf/actor_system.hpp>
#include <caf/make_actor.hpp>
#include <caf/monitorable_actor.hpp>

#include <utility>

namespace arauto {

/// An actor of about 200 bytes without mailbox. On its own thread a message is a call; from another thread it travels
/// through the I/O unit. Takes one-way messages only; can be monitored and linked like any actor. Lives on its unit's
/// thread.
class light_actor : public caf::monitorable_actor {
public:
  explicit light_actor(caf::actor_config& config);

  using caf::monitorable_actor::enqueue;
  void enqueue(caf::mailbox_element_ptr what, caf::execution_unit* from) override;

  /// Handles one message. Own thread only; nothing is thrown.
  void run(caf::mailbox_element& what) noexcept;

  io_unit& unit() noexcept { return *unit_; }

protected:
  /// One message, not of the system's own. What it throws is logged and counted.
  virtual void receive(caf::type_erased_tuple& what) = 0;
  /// The actor is asked to exit.
  virtual void on_exit_request() = 0;
  /// Tells those who monitor it.
  void end();

private:
  io_unit* unit_;
};

/// Makes a light actor on a unit. That unit's thread only.
template <class Actor, class Handle, class... Arguments>
Handle make_light(io_unit& unit, Arguments&&... arguments) {
  auto& system = unit.system();
  caf::actor_config config{&unit};
  return caf::make_actor<Actor, Handle>(system.next_actor_id(), system.node(), &system, config,
                                        std::forward<Arguments>(arguments)...);
}

} // namespace arauto
