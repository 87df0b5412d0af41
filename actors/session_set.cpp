#include "actors/session_set.hpp"

#include "net/log.hpp"

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

} // namespace arauto
