#include "actors/session_set.hpp"

#include "net/log.hpp"

#include <caf/send.hpp>

#include <algorithm>
#include <string>

namespace arauto {

std::optional<session_set::sid_key> session_set::key_of(std::string_view sid) noexcept {
  sid_key x{};
  if (sid.size() != x.size())
    return std::nullopt;
  std::copy(sid.begin(), sid.end(), x.begin());
  return x;
}

bool session_set::add(const join& x) {
  if (!members_.insert({x.who, x.loop}).second)
    return false;
  ++per_loop_[x.loop];
  if (x.is_recoverable)
    if (const auto sid = key_of(x.sid))
      by_sid_[*sid] = by_actor::key(x.who);
  return true;
}

bool session_set::remove(const leave& x) {
  if (members_.erase(x.who) == 0)
    return false;
  --per_loop_[x.loop];
  if (const auto sid = key_of(x.sid))
    if (const auto same = by_sid_.find(*sid); same != by_sid_.end() && same->second == by_actor::key(x.who))
      by_sid_.erase(same);
  return true;
}

const session_set::member* session_set::find(std::string_view sid) const noexcept {
  const auto key = key_of(sid);
  const auto at = key ? by_sid_.find(*key) : by_sid_.end();
  if (at == by_sid_.end())
    return nullptr;
  const auto known = members_.find(at->second);
  return known == members_.end() ? nullptr : &*known;
}

const session_set::member* session_set::find(const session_actor& who) const noexcept {
  const auto known = members_.find(who);
  return known == members_.end() ? nullptr : &*known;
}

void log_publication(const char* who, std::string_view nsp, const publication_group& what, std::size_t sessions) {
  if (!log_enabled(log_level::websocket))
    return;
  for (const auto& x : what.events)
    log(log_level::websocket, who,
        x->what().what.name + " of \"" + x->what().from->name + "\" to " + std::string{nsp} + " (" +
            std::to_string(sessions) + " sessions)");
}

void end_predecessor(const std::vector<hub_actor>& hubs, const session_set& sessions, const join& x) {
  const auto* old = x.is_recoverable ? sessions.find(x.sid) : nullptr;
  if (old == nullptr)
    return;
  disconnect_sessions end;
  end.who.only = old->who;
  end.how = session_end::connection;
  caf::anon_send(hubs[old->loop], std::move(end));
}

} // namespace arauto
