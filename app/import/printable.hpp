#pragma once

#include <string>
#include <string_view>

namespace arauto::app {

/// Foreign text for a terminal: `?` for every control character (also those of Latin-1) and for bytes that are not
/// UTF-8; at most `bytes_max` bytes of it, then "...".
std::string printable(std::string_view text, std::size_t bytes_max);

/// Characters of UTF-8 text: the columns it takes, but for wide and combining ones.
std::size_t columns(std::string_view text) noexcept;

} // namespace arauto::app
