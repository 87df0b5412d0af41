#include "net/http/query.hpp"

#include <algorithm>

namespace arauto::http {

namespace {

int hex_digit(char x) noexcept {
  if (x >= '0' && x <= '9')
    return x - '0';
  if (x >= 'a' && x <= 'f')
    return x - 'a' + 10;
  if (x >= 'A' && x <= 'F')
    return x - 'A' + 10;
  return -1;
}

/// Cuts the next `name=value` off a query.
std::pair<std::string_view, std::string_view> next_pair(std::string_view& rest) noexcept {
  const auto end = std::min(rest.find('&'), rest.size());
  const auto part = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  const auto equals = std::min(part.find('='), part.size());
  return {part.substr(0, equals), part.substr(std::min(equals + 1, part.size()))};
}

} // namespace

std::string percent_decode(std::string_view text, bool plus_is_space) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto high = text[i] == '%' && i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
    const auto low = high >= 0 ? hex_digit(text[i + 2]) : -1;
    if (low >= 0) {
      out += static_cast<char>(high * 16 + low);
      i += 2;
    } else {
      out += text[i] == '+' && plus_is_space ? ' ' : text[i];
    }
  }
  return out;
}

std::vector<std::pair<std::string, std::string>> parse_query(std::string_view query, std::size_t parameters_max) {
  std::vector<std::pair<std::string, std::string>> parameters;
  while (!query.empty() && parameters.size() < parameters_max) {
    const auto [name, value] = next_pair(query);
    if (!name.empty() || !value.empty())
      parameters.emplace_back(percent_decode(name, true), percent_decode(value, true));
  }
  return parameters;
}

std::optional<std::string> query_value(std::string_view query, std::string_view name) {
  std::optional<std::string> found;
  for (const auto& [key, value] : parse_query(query))
    if (key == name)
      found = value;
  return found;
}

} // namespace arauto::http
