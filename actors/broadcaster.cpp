#include "actors/broadcaster.hpp"

#include <caf/send.hpp>

#include <algorithm>

namespace arauto {

namespace {

std::vector<list_key> lists_of(const session_scope& scope) {
  // One list, so that events keep their order: who sees several instances picks them from all.
  if (scope.is_global || scope.instances.size() != 1)
    return {{list_key::part::root_all, 0}};
  return {{list_key::part::root_one, scope.instances.front()}};
}

bool are_current(const std::vector<instance_claim>& claims, const directory& now) {
  return std::all_of(claims.begin(), claims.end(), [&now](const instance_claim& x) {
    const auto entry = now.find(x.name);
    return entry && entry->number == x.number && entry->record->generation == x.generation;
  });
}

} // namespace

void broadcaster_state::count(const session_scope& x, std::int32_t change) {
  const auto add = [change](std::uint32_t& to) {
    to = static_cast<std::uint32_t>(static_cast<std::int32_t>(to) + change);
  };
  if (x.is_global || x.instances.size() != 1)
    return add(all_);
  const auto instance = x.instances.front();
  add(single_[instance]);
  if (single_[instance] == 0)
    single_.erase(instance);
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
  for (const auto& [id, member] : sessions.members()) {
    const auto& seen = member.scope.instances;
    if (seen.size() < 2 || std::find(seen.begin(), seen.end(), instance) == seen.end())
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
  sessions.add(x);
  count(x.scope, 1);
  caf::anon_send(hubs[x.loop], admit_session{x.who, lists_of(x.scope), {}, position});
}

void broadcaster_state::release(const leave& x) {
  const auto at = sessions.members().find(x.who.id());
  if (at == sessions.members().end())
    return;
  count(at->second.scope, -1);
  sessions.remove(x);
}

void broadcaster_state::forget(const forget_instance& x) {
  for (const auto& [id, member] : sessions.members()) {
    const auto& bound = member.scope.instances;
    if (std::find(bound.begin(), bound.end(), x.instance) != bound.end())
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
