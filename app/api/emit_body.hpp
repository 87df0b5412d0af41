#pragma once

#include "net/http/message.hpp"
#include "net/json.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace arauto::app {

/// Most events in one request.
inline constexpr std::size_t emit_events_max = 10000;

/// The events of a producer's body, each taken apart: views into it.
struct emit_body {
  std::vector<std::vector<json::member>> events;
  /// The answer when the body holds none.
  std::optional<http::response> refusal;
};

/// Reads one object, an array of them, or one per line (NDJSON): told apart by the media type, else by the bytes.
emit_body read_emit_body(bool is_lines, std::string_view text);

/// Keeps an optional text member as it stands; null counts as absent. The reason when it is something else.
std::optional<std::string> keep_text(const std::vector<json::member>& members, std::string_view key,
                                     std::string_view& out);

} // namespace arauto::app
