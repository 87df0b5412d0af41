#pragma once

#include <bitset>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace arauto {

/// Position of an event name in the catalogue of known events (contract section 5).
using catalogue_index = std::uint8_t;
inline constexpr std::size_t catalogue_size = 33;
/// Event that is not in the catalogue.
inline constexpr catalogue_index custom_event = 0xFF;

using event_set = std::bitset<catalogue_size>;

/// One known event: what it is called on the wire and in settings.
struct known_event {
  std::string_view wire_name;
  std::string_view config_name;
  /// Whether `/websocket/set` accepts the config name (the 31 names; contract section 2).
  bool is_selectable;
};

/// The catalogue: first the 31 selectable names in canonical order. Precondition: `index < catalogue_size`.
const known_event& known_event_at(catalogue_index index) noexcept;
inline constexpr std::size_t selectable_events = 31;

/// Finds an event by its name in either spelling (`messages.upsert`, `MESSAGES_UPSERT`). `groups.update` has two config
/// names, GROUP_UPDATE of the settings and GROUPS_UPDATE of its spelling; both are the same event here.
std::optional<catalogue_index> find_event(std::string_view name) noexcept;

/// Position of a selectable config name.
std::optional<catalogue_index> find_selectable(std::string_view config_name) noexcept;

/// Custom event names: `[a-z0-9][a-z0-9._-]{0,63}`, but not those that Socket.IO clients reserve (`connect`, ...).
bool is_custom_event_name(std::string_view name) noexcept;

/// Whether a name is one slip of the finger (a character too many, too few, wrong, or two swapped) away from a known
/// wire name of at least six characters: more likely a mistake than a custom event.
bool resembles_known_event(std::string_view name) noexcept;

/// Known wire names close to a name that is none of them, best first, at most three.
std::vector<std::string_view> near_events(std::string_view name);

} // namespace arauto
