#include "app/api/event_name.hpp"

#include <string_view>
#include <utility>

namespace arauto::app {

namespace {

/// Longer names are cut in answers.
constexpr std::size_t shown_name_bytes_max = 80;

std::string unknown_event(std::string_view name) {
  auto text = "unknown event \"" + std::string{name.substr(0, shown_name_bytes_max)} + "\"";
  const auto near = near_events(name);
  for (std::size_t i = 0; i < near.size(); ++i)
    text += (i == 0 ? "; near names: " : ", ") + std::string{near[i]};
  if (near.empty())
    text += R"(; a custom name is 1 to 64 of a-z, 0-9, ".", "_" and "-", the first a letter or digit)";
  return text;
}

} // namespace

std::optional<std::string> read_event_name(std::string given, std::string& name, catalogue_index& index) {
  if (const auto known = find_event(given)) {
    index = *known;
    name = known_event_at(*known).wire_name;
    return std::nullopt;
  }
  if (!is_custom_event_name(given) || resembles_known_event(given))
    return unknown_event(given);
  index = custom_event;
  name = std::move(given);
  return std::nullopt;
}

} // namespace arauto::app
