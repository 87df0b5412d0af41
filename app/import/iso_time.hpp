#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace arauto::app {

/// Milliseconds since 1970 of a time as JavaScript writes it in JSON: `YYYY-MM-DDTHH:MM:SS.mmmZ`, years 0 to 9999.
/// Nothing for any other text. Pure.
std::optional<std::int64_t> parse_iso_time(std::string_view text);

} // namespace arauto::app
