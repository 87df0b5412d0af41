#include "actors/bearer.hpp"

#include "actors/client_request.hpp"

#include <utility>

namespace arauto {

namespace {

std::optional<bearer> read_browser_token(std::string_view key, const directory& names,
                                         const browser_token_reader& tokens) {
  const auto said = tokens.read(key);
  if (!said)
    return std::nullopt;
  auto entry = names.find(said->instance_name);
  if (!entry || entry->record->id != said->instance_id || entry->record->generation != said->generation)
    return std::nullopt;
  bearer x{{false, {std::move(entry)}}, token_limits{{}, said->expires_at_ms}};
  x.limits->filter.by_event = !said->events.empty();
  for (const auto& name : said->events)
    add_event(x.limits->filter, name);
  return x;
}

} // namespace

bearer bearer_of(std::string_view key, const directory& names, const browser_token_reader& tokens) {
  if (key.empty())
    return {};
  bearer x{names.judge(key), std::nullopt};
  if (!x.owner.is_known())
    if (auto limited = read_browser_token(key, names, tokens))
      return std::move(*limited);
  return x;
}

} // namespace arauto
