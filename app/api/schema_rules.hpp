#pragma once

#include "app/api/respond.hpp"
#include "net/json.hpp"

#include <optional>
#include <string>
#include <string_view>

/// The rules of which the schemas of bodies are made, in the words of the original's validator (contract section 1,
/// "Schema texts"). Each adds what is wrong to `out`; `path` names the value in those texts.
namespace arauto::app {

std::string wrong_type(std::string_view path, std::string_view type);
std::string not_in_enum(std::string_view path, std::string_view values);

/// The text, or a violation when it is none or too long.
std::optional<std::string> check_text(std::string_view path, const json::value& x, violations& out);
/// `true` or `false`, in the texts of a schema that lists both.
void check_boolean(const std::string& path, const json::value& x, violations& out);
/// An array of the first `count` selectable event names, bounded.
void check_events(const std::string& path, const json::value& x, std::size_t count, violations& out);
/// `{"enabled":boolean,"events":[names]}`, `enabled` required.
void check_selection(const std::string& path, const json::value& x, violations& out);
/// A text of the pattern `^\d+[\.@\w-]+`.
void check_phone(std::string_view path, const json::value& x, violations& out);
void check_name(std::string_view path, const json::value& x, violations& out);

/// 1 to 128 bytes of UTF-8 without control characters and `/ , ? # %`: what can be a namespace and a path segment.
bool is_instance_name(std::string_view x) noexcept;

} // namespace arauto::app
