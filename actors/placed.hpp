#pragma once

#include "actors/failure.hpp"
#include "actors/io_unit.hpp"

#include <caf/actor_config.hpp>
#include <caf/actor_system.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <cassert>
#include <tuple>
#include <utility>

namespace arauto {

/// An event-based actor that stays on the I/O unit it was spawned on. CAF 0.17 resumes an actor on its sender's unit,
/// so both ways into a unit are overridden.
template <class Base>
class placed : public Base {
public:
  explicit placed(caf::actor_config& config) : Base(config), unit_{static_cast<io_unit*>(config.host)} {}

  using Base::enqueue;
  void enqueue(caf::mailbox_element_ptr what, caf::execution_unit*) override { Base::enqueue(std::move(what), unit_); }

  void launch(caf::execution_unit*, bool is_lazy, bool is_hidden) override {
    if (!is_hidden)
      this->register_at_system();
    if (is_lazy && this->mailbox().try_block())
      return;
    caf::intrusive_ptr_add_ref(this->ctrl());
    unit_->exec_later(this);
  }

  caf::resumable::resume_result resume(caf::execution_unit*, std::size_t throughput) override {
    assert(unit_->is_current() && "an actor runs on its own thread only");
    return Base::resume(unit_, throughput);
  }

  /// CAF's scheduler keeps its hands off such an actor.
  caf::resumable::subtype_t subtype() const override { return caf::resumable::io_actor; }

  io_unit& unit() noexcept { return *unit_; }

private:
  io_unit* unit_;
};

/// The actor class behind a typed interface and a state, placed on an I/O unit. Its behaviour function takes a pointer
/// to it.
template <class Interface, class State>
using placed_actor = caf::stateful_actor<State, placed<typename Interface::base>>;

/// Spawns `behaviour(self, arguments...)` on a unit.
template <class Interface, class State, class... Arguments, class... Given>
Interface spawn_on(io_unit& unit,
                   typename Interface::behavior_type (*behaviour)(placed_actor<Interface, State>*, Arguments...),
                   Given&&... given) {
  using actor_class = placed_actor<Interface, State>;
  caf::actor_config config{&unit};
  config.init_fun = caf::actor_config::init_fun_type(
      [behaviour, held = std::tuple<std::decay_t<Arguments>...>{std::forward<Given>(given)...}](
          caf::local_actor* self) mutable -> caf::behavior {
        return std::apply(
                   [&](auto&... x) {
                     return behaviour(static_cast<actor_class*>(self), static_cast<Arguments>(std::move(x))...);
                   },
                   held)
            .unbox();
      });
  return unit.system().template spawn_class<actor_class, caf::no_spawn_options>(config);
}

/// A handler that calls a function of the state. What it throws is logged with its cause and counted; the actor lives
/// on.
template <class Self, class State, class Argument>
auto on(Self* self, void (State::*handle)(Argument)) {
  return [self, handle](Argument what) { contain(self->name(), [&] { (self->state.*handle)(what); }); };
}

} // namespace arauto
