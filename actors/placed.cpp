#include "actors/placed.hpp"

#include <caf/exit_reason.hpp>

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

void placed::on_destroy() {
  if (!has_ended())
    cleanup(caf::exit_reason::unreachable, nullptr);
}

bool placed::cleanup(caf::error&& reason, caf::execution_unit* host) {
  unregister_from_system();
  return unit_actor::cleanup(std::move(reason), host);
}

} // namespace arauto
