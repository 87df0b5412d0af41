#include "actors/ask.hpp"

#include <cassert>

namespace arauto {

asking_actor::asking_actor(caf::actor_config& config)
    : caf::event_based_actor{config}, unit_{static_cast<io_unit*>(config.host)} {}

void asking_actor::enqueue(caf::mailbox_element_ptr what, caf::execution_unit*) {
  caf::event_based_actor::enqueue(std::move(what), unit_);
}

void asking_actor::launch(caf::execution_unit*, bool is_lazy, bool is_hidden) {
  if (!is_hidden)
    register_at_system();
  if (is_lazy && mailbox().try_block())
    return;
  caf::intrusive_ptr_add_ref(ctrl());
  unit_->exec_later(this);
}

caf::resumable::resume_result asking_actor::resume(caf::execution_unit*, std::size_t throughput) {
  assert(unit_->is_current() && "an actor runs on its own thread only");
  return caf::event_based_actor::resume(unit_, throughput);
}

} // namespace arauto
