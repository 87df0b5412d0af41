#include "actors/session_set.hpp"

#include "net/log.hpp"

#include <caf/send.hpp>

#include <string>

namespace arauto {

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
