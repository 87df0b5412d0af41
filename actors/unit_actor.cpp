#include "actors/unit_actor.hpp"

#include "actors/failure.hpp"

#include <caf/exit_reason.hpp>
#include <caf/system_messages.hpp>

#include <cassert>

namespace arauto {

unit_actor::unit_actor(caf::actor_config& config)
    : caf::monitorable_actor{config}, unit_{static_cast<io_unit*>(config.host)} {}

void unit_actor::run(caf::mailbox_element& what) noexcept {
  assert(unit_->is_current() && "an actor runs on its own thread only");
  contain(name(), [&] {
    if (what.content().match_elements<caf::exit_msg>()) {
      on_exit_request();
      end();
    } else if (what.sender == nullptr || !handle_system_message(what, unit_, false)) {
      receive(what.content());
    }
  });
}

void unit_actor::end() {
  cleanup(caf::exit_reason::normal, unit_);
}

} // namespace arauto
