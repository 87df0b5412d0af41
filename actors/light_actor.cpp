#include "actors/light_actor.hpp"

namespace arauto {

void light_actor::enqueue(caf::mailbox_element_ptr what, caf::execution_unit*) {
  if (unit().is_current())
    run(*what);
  else
    unit().hand_over({caf::strong_actor_ptr{ctrl()}, this, std::move(what)});
}

} // namespace arauto
