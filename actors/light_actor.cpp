#include "actors/light_actor.hpp"

#include "actors/failure.hpp"

#include <caf/actor_cast.hpp>
#include <caf/exit_reason.hpp>
#include <caf/system_messages.hpp>

#include <cassert>

namespace arauto {

light_actor::light_actor(caf::actor_config& config)
    : caf::monitorable_actor{config}, unit_{static_cast<io_unit*>(config.host)} {}

void light_actor::enqueue(caf::mailbox_element_ptr what, caf::execution_unit*) {
  if (unit_->is_current())
    run(*what);
  else
    unit_->hand_over(caf::strong_actor_ptr{ctrl()}, *this, std::move(what));
}

void light_actor::run(caf::mailbox_element& what) noexcept {
  assert(unit_->is_current() && "an actor runs on its own thread only");
  contain(name(), [&] {
    if (what.content().match_elements<caf::exit_msg>()) {
      on_exit_request();
      end();
    } else if (!handle_system_message(what, unit_, false)) {
      receive(what.content());
    }
  });
}

void light_actor::end() {
  cleanup(caf::exit_reason::normal, unit_);
}

} // namespace arauto
