#pragma once

#include <optional>
#include <string>
#include <string_view>

/// Polling for pages that can only load scripts and post forms (protocol text, section 5, "JSONP").
namespace arauto::engineio {

/// The callback's index: the digits of the query's `j`, at most 20 of them.
std::string jsonp_index(std::string_view j);

/// The payload as a script: `___eio[<index>]("<payload as a string literal>");`.
std::string jsonp_script(std::string_view index, std::string_view payload);

/// The payload of a form: its one field `d`, with `\n` for a newline and `\\n` for backslash and n. Nothing when there
/// is no such field, or more than one: such a form carries no packets.
std::optional<std::string> jsonp_payload(std::string_view form);

} // namespace arauto::engineio
