#pragma once

#include "actors/unit_actor.hpp"

namespace arauto {

/// A unit actor that is called: on its own thread a message is handled at once, from another thread it travels through
/// the I/O unit. For actors that are made and asked by the thousand, SESSION and CONNECTION.
class light_actor : public unit_actor {
public:
  using unit_actor::unit_actor;

  using unit_actor::enqueue;
  void enqueue(caf::mailbox_element_ptr what, caf::execution_unit* from) override;
  void arrive(caf::mailbox_element_ptr what) override { run(*what); }
};

/// Makes a light actor on a unit. That unit's thread only.
template <class Actor, class Handle, class... Arguments>
Handle make_light(io_unit& unit, Arguments&&... arguments) {
  return make_on<Actor, Handle>(unit, std::forward<Arguments>(arguments)...);
}

} // namespace arauto
