#include "actors/hub.hpp"

#include "actors/session.hpp"

#include <caf/actor_cast.hpp>

namespace arauto {

void hub_state::admit(const admit_session& x) {
  static_cast<session&>(*caf::actor_cast<caf::abstract_actor*>(x.who)).admit(x.lists);
}

void hub_state::publish_groups(const publish& x) {
  thread_local std::vector<frame_ptr> frames;
  for (const auto& group : x.groups) {
    const auto* members = lists->find(group.list);
    if (members == nullptr)
      continue;
    frames.clear();
    for (const auto& what : group.events)
      frames.push_back(what->packet());
    // Sessions close later than this turn's work, so the list stays as it is meanwhile.
    for (auto* who : *members)
      who->deliver(group.events, frames);
  }
  frames.clear();
}

void hub_state::publish_client_event(const broadcast_client_event& x) {
  const auto* members = lists->find(x.list);
  if (members == nullptr)
    return;
  const auto* except = caf::actor_cast<caf::abstract_actor*>(x.except);
  for (auto* who : *members)
    if (who != except)
      who->deliver_client_event(*x.frames);
}

void hub_state::close_members(const close_list& x) {
  const auto* members = lists->find(x.list);
  if (members == nullptr)
    return;
  std::vector<session_actor> leaving;
  for (auto* who : *members)
    leaving.push_back(who->handle());
  for (const auto& who : leaving) // Each leaves the list.
    static_cast<session&>(*caf::actor_cast<caf::abstract_actor*>(who)).close();
}

void hub_state::evict_list(const evict& x) {
  if (const auto* members = lists->find(x.list))
    for (auto* who : *members)
      who->drop_connection();
}

hub_actor::behavior_type hub(placed_actor<hub_actor, hub_state>* self, dispatch_lists* lists) {
  self->state.lists = lists;
  return {
      on(self, &hub_state::admit),
      on(self, &hub_state::publish_groups),
      on(self, &hub_state::publish_client_event),
      on(self, &hub_state::close_members),
      on(self, &hub_state::evict_list),
  };
}

} // namespace arauto
