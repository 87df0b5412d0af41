#include "net/engineio/jsonp.hpp"

#include "net/http/query.hpp"
#include "net/json.hpp"

#include <algorithm>

namespace arauto::engineio {

namespace {

constexpr std::size_t index_digits_max = 20;
/// As many as the reference server's form parser looks at.
constexpr std::size_t form_fields_max = 1000;
/// U+2028 and U+2029 up to their last byte: legal in JSON, ends of lines in older JavaScript.
constexpr std::string_view line_separator = "\xE2\x80";

/// `\n` becomes a newline; a backslash before it is taken away instead.
std::string unescape_newlines(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    if (text.starts_with("\\\\n")) {
      out += "\\n";
      text.remove_prefix(3);
    } else if (text.starts_with("\\n")) {
      out += '\n';
      text.remove_prefix(2);
    } else {
      out += text.front();
      text.remove_prefix(1);
    }
  }
  return out;
}

} // namespace

std::string jsonp_index(std::string_view j) {
  std::string digits;
  for (const char x : j)
    if (x >= '0' && x <= '9' && digits.size() < index_digits_max)
      digits += x;
  return digits;
}

std::string jsonp_script(std::string_view index, std::string_view payload) {
  std::string out = "___eio[";
  out.append(index).append("](");
  std::string literal;
  literal.reserve(payload.size() + 2);
  json::append_string(literal, payload);
  out.reserve(out.size() + literal.size() + 2);
  for (std::size_t from = 0; from < literal.size();) {
    const auto at = std::min(literal.find(line_separator, from), literal.size());
    out.append(literal, from, at - from);
    if (at == literal.size())
      break;
    const auto last = literal[at + line_separator.size()];
    if (last == '\xA8' || last == '\xA9')
      out += last == '\xA8' ? "\\u2028" : "\\u2029";
    else
      out.append(literal, at, line_separator.size() + 1);
    from = at + line_separator.size() + 1;
  }
  return out + ");";
}

std::optional<std::string> jsonp_payload(std::string_view form) {
  std::optional<std::string> found;
  for (const auto& [name, value] : http::parse_query(form, form_fields_max)) {
    if (name != "d")
      continue;
    if (found)
      return std::nullopt;
    found = unescape_newlines(value);
  }
  return found;
}

} // namespace arauto::engineio
