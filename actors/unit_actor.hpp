#pragma once

#include "actors/io_unit.hpp"

#include <caf/abstract_actor.hpp>
#include <caf/actor_config.hpp>
#include <caf/actor_system.hpp>
#include <caf/attachable.hpp>
#include <caf/make_actor.hpp>

#include <utility>

namespace arauto {

/// An actor that lives on the thread of an I/O unit and has no mailbox of its own: what CAF's event-based actors have
/// takes more than a kilobyte, and each message to one visits a dozen cache lines of it. This takes 72 bytes and CAF's
/// control block of 64. Takes one-way messages only; can be monitored like any actor, but not linked. The unit outlives
/// it.
class unit_actor : public caf::abstract_actor {
public:
  explicit unit_actor(caf::actor_config& config);

  virtual const char* name() const = 0;

  using caf::abstract_actor::enqueue;
  void attach(caf::attachable_ptr what) override;
  std::size_t detach(const caf::attachable::token& what) override;
  /// Nobody knows it any more.
  void on_destroy() override;

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
  virtual void end();
  bool has_ended() const noexcept { return getf(is_cleaned_up_flag); }

private:
  // Links are refused: nobody is told that the other side has ended.
  void add_link(caf::abstract_actor* other) override;
  void remove_link(caf::abstract_actor*) override {}
  bool add_backlink(caf::abstract_actor*) override { return false; }
  bool remove_backlink(caf::abstract_actor*) override { return false; }

  /// Those who monitor it.
  caf::attachable_ptr watchers_;
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
