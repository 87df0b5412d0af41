#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace arauto::http {

/// Undoes percent encoding; a broken escape stays as it is. `plus_is_space` as in queries and forms.
std::string percent_decode(std::string_view text, bool plus_is_space);

/// Decoded parameters of a query in order, at most `parameters_max`; what comes after is ignored.
std::vector<std::pair<std::string, std::string>> parse_query(std::string_view query, std::size_t parameters_max = 100);

/// The last parameter of that exact name, as Node's querystring with Engine.IO ("keeps the last").
std::optional<std::string> query_value(std::string_view query, std::string_view name);

} // namespace arauto::http
