#include "actors/broadcaster.hpp"

#include <caf/send.hpp>

#include <algorithm>

namespace arauto {

namespace {

/// One list, so that events keep their order: who sees several instances picks them from all.
list_key list_of(const std::vector<instance_number>* bound) {
  if (bound == nullptr || bound->size() != 1)
    return {list_key::part::root_all, 0};
  return {list_key::part::root_one, bound->front()};
}

bool are_current(const std::vector<instance_claim>& claims, const directory& now) {
  return std::all_of(claims.begin(), claims.end(), [&now](const instance_claim& x) {
    const auto entry = now.find(x.name);
    return entry && entry->number == x.number && entry->record->generation == x.generation;
  });
}

} // namespace

const broadcaster_state::instance_list* broadcaster_state::bound_of(const session_actor& who) const noexcept {
  const auto at = bounds_.find(session_set::by_actor::key(who));
  return at == bounds_.end() ? nullptr : &at->second;
}

void broadcaster_state::count(const instance_list* bound, std::int32_t change) {
  const auto add = [change](std::uint32_t& to) {
    to = static_cast<std::uint32_t>(static_cast<std::int32_t>(to) + change);
  };
  const auto list = list_of(bound);
  if (list.which == list_key::part::root_all)
    return add(all_);
  add(single_[list.instance]);
  if (single_[list.instance] == 0)
    single_.erase(list.instance);
}

void broadcaster_state::fan_out(const committed& x) {
  if (!x.events.empty())
    position = x.events.back()->sequence;
  if (sessions.size() == 0)
    return;
  if (global_events)
    publish_events(x);
  for (const auto& what : x.events)
    if (what->what.is_farewell) // Through the HUBs, so that it cannot overtake the event.
      end_members_of(what->from->number);
}

void broadcaster_state::end_members_of(instance_number instance) {
  send_to_hubs(hubs, sessions, close_list{{list_key::part::root_one, instance}});
  for (const auto& member : sessions.members()) {
    const auto* seen = bound_of(member.who);
    if (seen == nullptr || seen->size() < 2 || std::find(seen->begin(), seen->end(), instance) == seen->end())
      continue;
    disconnect_sessions end;
    end.who.only = member.who;
    caf::anon_send(hubs[member.loop], std::move(end));
  }
}

void broadcaster_state::publish_events(const committed& x) {
  publish out;
  out.groups.push_back({{list_key::part::root_all, 0}, {}});
  std::map<instance_number, publication_group> single;
  for (const auto& what : x.events) {
    const auto instance = what->from->number;
    const auto is_single = single_.count(instance) != 0;
    if (all_ == 0 && !is_single)
      continue;
    const publication_ptr shared{new publication{what, "/"}};
    out.groups.front().events.push_back(shared);
    if (is_single) {
      auto& group = single[instance];
      group.list = {list_key::part::root_one, instance};
      group.events.push_back(shared);
    }
  }
  log_publication(name, "/", out.groups.front(), sessions.size());
  for (auto& [instance, group] : single)
    out.groups.push_back(std::move(group));
  if (!out.groups.front().events.empty())
    send_to_hubs(hubs, sessions, std::move(out));
}

void broadcaster_state::admit(const join& x) {
  if (!x.claims.empty() && !are_current(x.claims, *board->current()))
    return caf::anon_send(x.who, refuse_session{"Invalid global token", {}});
  end_predecessor(hubs, sessions, x);
  if (!sessions.add(x))
    return;
  if (!x.scope.is_global)
    bounds_[session_set::by_actor::key(x.who)] = x.scope.instances;
  const auto* bound = bound_of(x.who);
  count(bound, 1);
  caf::anon_send(hubs[x.loop], admit_session{x.who, list_of(bound), {}, position});
}

void broadcaster_state::release(const leave& x) {
  if (!sessions.remove(x))
    return;
  count(bound_of(x.who), -1);
  bounds_.erase(session_set::by_actor::key(x.who));
}

void broadcaster_state::forget(const forget_instance& x) {
  for (const auto& member : sessions.members()) {
    const auto* bound = bound_of(member.who);
    if (bound != nullptr && std::find(bound->begin(), bound->end(), x.instance) != bound->end())
      caf::anon_send(member.who, close_session{});
  }
}

behaviour<broadcaster_state> broadcaster(placed_actor<broadcaster_actor, broadcaster_state>* self,
                                         std::vector<hub_actor> hubs, const directory_board* board, bool global_events,
                                         event_sequence position) {
  self->state.board = board;
  self->state.sessions = session_set{hubs.size()};
  self->state.hubs = std::move(hubs);
  self->state.global_events = global_events;
  self->state.position = position;
  return handles<broadcaster_actor, &broadcaster_state::fan_out, &broadcaster_state::admit, &broadcaster_state::release,
                 &broadcaster_state::ignore, &broadcaster_state::forget>;
}

} // namespace arauto
