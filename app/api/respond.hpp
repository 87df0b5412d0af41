#pragma once

#include "actors/protocol.hpp"
#include "net/http/cors.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace arauto::app {

/// Texts of everything that is wrong with a body, in the order of the schema.
using violations = std::vector<std::string>;

/// Adds what every answer to a request carries: its CORS fields, and what it depends on unless that is said already.
void add_common_fields(const http::cors_policy& cors, const http::request& asked, http::response& answer);

/// An answer with a JSON body.
http::response json_answer(unsigned status, std::string body);

/// 200 in Evolution's words for a deed that is done.
http::response success_answer(std::string_view text);

/// Evolution's error body; `message` is an array that holds the text.
http::response error_answer(unsigned status, std::string_view text);

/// As above, but `message` is the text itself.
http::response plain_error_answer(unsigned status, std::string_view text);

/// 400; `message` is an array that holds one array of texts.
http::response schema_answer(const violations& texts);

/// 401 for a missing or wrong key.
http::response unauthorized_answer();

/// 500 after an exception: what happened stands in the log.
http::response failure_answer();

/// 503 with the time after which trying again makes sense.
http::response busy_answer(std::string_view text);

/// The answer to a producer whose events were placed: 201 with the offset of the last one when they are kept for good,
/// else 202.
http::response accepted_answer(const emit_request& request);

inline constexpr std::string_view too_many_events = "Too many events are under way; try again in a second";

} // namespace arauto::app
