#pragma once

#include <optional>
#include <string>
#include <string_view>

/// Parts of an env file as text, for what prints one.
namespace arauto::app {

/// A value as it may stand behind `NAME=`, in quotes where it needs some; nothing when no kind of quotes gives it back.
std::optional<std::string> env_value(const std::string& value);

/// Adds a comment, broken at blanks at 120 characters at most.
void append_comment(std::string& out, std::string_view text);

/// Markdown as plain text.
std::string without_backticks(std::string_view text);

} // namespace arauto::app
