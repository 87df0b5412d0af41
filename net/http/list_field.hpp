#pragma once

#include <string_view>

namespace arauto::http {

/// Cuts the next item off a field value that is a list, without the white space around it; empty ones are given too.
/// Items of quoted text that hold a separator come in pieces: nothing read here has such.
std::string_view next_item(std::string_view& rest, char separator) noexcept;

/// Whether a list of directives (`Cache-Control`) has that one.
bool has_directive(std::string_view list, std::string_view name) noexcept;

} // namespace arauto::http
