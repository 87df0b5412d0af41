#include "actors/placed.hpp"

namespace arauto {

placed::placed(caf::actor_config& config) : unit_actor{config} {
  register_at_system();
}

void placed::enqueue(caf::mailbox_element_ptr what, caf::execution_unit*) {
  if (unit().is_current())
    arrive(std::move(what));
  else
    unit().hand_over({caf::strong_actor_ptr{ctrl()}, this, std::move(what)});
}

void placed::arrive(caf::mailbox_element_ptr what) {
  unit().queue({caf::strong_actor_ptr{ctrl()}, this, std::move(what)});
}

void placed::end() {
  unregister_from_system();
  unit_actor::end();
}

} // namespace arauto
