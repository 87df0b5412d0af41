#include "actors/unit_actor.hpp"

#include "actors/failure.hpp"

#include <caf/exit_reason.hpp>
#include <caf/system_messages.hpp>

#include <cassert>

namespace arauto {

unit_actor::unit_actor(caf::actor_config& config)
    : caf::abstract_actor{config}, unit_{static_cast<io_unit*>(config.host)} {}

void unit_actor::run(caf::mailbox_element& what) noexcept {
  assert(unit_->is_current() && "an actor runs on its own thread only");
  contain(name(), [&] {
    if (what.content().match_elements<caf::exit_msg>()) {
      on_exit_request();
      end();
    } else {
      receive(what.content());
    }
  });
}

void unit_actor::attach(caf::attachable_ptr what) {
  const auto is_late = exclusive_critical_section([&] {
    if (has_ended())
      return true;
    what->next = std::move(watchers_);
    watchers_ = std::move(what);
    return false;
  });
  if (is_late)
    what->actor_exited(caf::exit_reason::normal, nullptr);
}

std::size_t unit_actor::detach(const caf::attachable::token& what) {
  return exclusive_critical_section([&] {
    std::size_t detached = 0;
    for (auto* at = &watchers_; *at != nullptr;) {
      if (!(*at)->matches(what)) {
        at = &(*at)->next;
        continue;
      }
      auto next = std::move((*at)->next);
      *at = std::move(next);
      ++detached;
    }
    return detached;
  });
}

void unit_actor::end() {
  caf::attachable_ptr watchers;
  exclusive_critical_section([&] {
    setf(is_cleaned_up_flag);
    watchers = std::move(watchers_);
  });
  for (auto* x = watchers.get(); x != nullptr; x = x->next.get())
    x->actor_exited(caf::exit_reason::normal, nullptr);
}

void unit_actor::on_destroy() {
  if (!has_ended())
    end();
}

void unit_actor::add_link(caf::abstract_actor*) {
  report_failure(name(), "it cannot be linked; monitor it");
}

} // namespace arauto
