#include "actors/hub.hpp"

#include "actors/session.hpp"

#include <caf/actor_cast.hpp>
#include <caf/send.hpp>

#include <algorithm>
#include <unordered_set>

namespace arauto {

namespace {

session& session_of(const session_actor& x) {
  return static_cast<session&>(*caf::actor_cast<caf::abstract_actor*>(x));
}

} // namespace

void hub_state::admit(const admit_session& x) {
  session_of(x.who).admit(x);
}

void hub_state::publish_groups(const publish& x) {
  for (const auto& group : x.groups) {
    const auto* members = lists->find(group.list);
    if (members == nullptr)
      continue;
    batch encoded{group.events, members->size()};
    // Sessions close later than this turn's work, so the list stays as it is meanwhile.
    for (auto* who : *members)
      who->deliver(encoded);
    members->front()->unit().counters().deliveries.add(encoded.deliveries());
  }
}

std::vector<session_actor> hub_state::sessions_of(const target& x) const {
  std::vector<session*> found;
  const auto add = [&found](const std::vector<session*>* members) {
    if (members != nullptr)
      found.insert(found.end(), members->begin(), members->end());
  };
  if (x.only)
    found.push_back(&session_of(x.only));
  else if (x.rooms.empty())
    add(lists->find(x.list));
  else
    for (const auto& room : x.rooms)
      add(lists->rooms().find(x.list.instance, room));
  if (x.rooms.size() > 1) { // Each once, in the order of their first room.
    std::unordered_set<session*> seen;
    std::erase_if(found, [&seen](session* who) { return !seen.insert(who).second; });
  }
  const auto is_in = [](session* who) { return [who](const auto& room) { return room_index::is_in(*who, room); }; };
  const auto* spared = caf::actor_cast<caf::abstract_actor*>(x.except_session);
  std::erase_if(found, [&](session* who) {
    return who == spared || std::any_of(x.except.begin(), x.except.end(), is_in(who)) ||
           (x.only && !x.rooms.empty() && std::none_of(x.rooms.begin(), x.rooms.end(), is_in(who)));
  });
  std::vector<session_actor> out;
  out.reserve(found.size());
  for (auto* who : found)
    out.push_back(who->handle());
  return out;
}

void hub_state::send(const broadcast& x) {
  std::size_t sent = 0;
  for (const auto& who : sessions_of(x.to))
    sent += session_of(who).deliver_packet(x) ? 1 : 0;
  if (x.ack)
    caf::anon_send(x.ack->to, ack_expected{sent});
}

void hub_state::change(const change_rooms& x) {
  for (const auto& who : sessions_of(x.who)) {
    for (const auto& room : x.join)
      lists->rooms().join(session_of(who), x.who.list.instance, room);
    for (const auto& room : x.leave)
      lists->rooms().leave(session_of(who), room);
  }
}

void hub_state::disconnect(const disconnect_sessions& x) {
  for (const auto& who : sessions_of(x.who))
    session_of(who).end_as(x.how);
}

void hub_state::find(const find_sessions& x) {
  sessions_found out{x.token, {}};
  for (const auto& who : sessions_of(x.who))
    out.sessions.push_back({who, std::string{session_of(who).sid()}, room_index::names_of(session_of(who))});
  caf::anon_send(x.reply_to, std::move(out));
}

void hub_state::close_members(const close_list& x) {
  const auto* members = lists->find(x.list);
  if (members == nullptr)
    return;
  std::vector<session_actor> leaving;
  for (auto* who : *members)
    leaving.push_back(who->handle());
  for (const auto& who : leaving) // Each leaves the list.
    session_of(who).close();
}

void hub_state::evict_list(const evict& x) {
  if (const auto* members = lists->find(x.list))
    for (auto* who : *members)
      who->drop_connection();
}

behaviour<hub_state> hub(placed_actor<hub_actor, hub_state>* self, dispatch_lists* lists) {
  self->state.lists = lists;
  return handles<hub_actor, &hub_state::publish_groups, &hub_state::admit, &hub_state::send, &hub_state::change,
                 &hub_state::disconnect, &hub_state::find, &hub_state::close_members, &hub_state::evict_list>;
}

} // namespace arauto
