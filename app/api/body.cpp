#include "app/api/body.hpp"

#include "app/api/respond.hpp"
#include "net/http/query.hpp"

#include <algorithm>
#include <cctype>

namespace arauto::app {

namespace {

constexpr std::string_view json_space = " \t\r\n";
/// Form fields over this number are ignored, as with Express.
constexpr std::size_t form_fields_max = 1000;

std::string lower(std::string_view text) {
  std::string x{text};
  std::transform(x.begin(), x.end(), x.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return x;
}

std::string_view trim(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\"");
  if (first == std::string_view::npos)
    return {};
  return text.substr(first, text.find_last_not_of(" \t\"") - first + 1);
}

/// The `charset` of a content type, upper case; empty when there is none.
std::string charset_of(std::string_view content_type) {
  const auto text = lower(content_type);
  const auto at = text.find("charset=");
  if (at == std::string::npos)
    return {};
  auto name = std::string{trim(std::string_view{text}.substr(at + 8, text.find(';', at) - at - 8))};
  std::transform(name.begin(), name.end(), name.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return name;
}

std::optional<http::response> read_json(std::string_view text, body_members& x) {
  const auto first = text.find_first_not_of(json_space);
  if (first == std::string_view::npos || (text[first] != '{' && text[first] != '['))
    return syntax_answer({first == std::string_view::npos ? text.size() : first,
                          "An object ({...}) or an array ([...]) is expected here."});
  if (text[first] == '[') {
    const auto checked = json::check(text);
    return checked ? std::nullopt : std::optional{syntax_answer(checked.error())};
  }
  auto members = json::split_object(text);
  if (!members)
    return syntax_answer(members.error());
  x.members = std::move(*members);
  return std::nullopt;
}

} // namespace

const json::value* body_members::find(std::string_view key) const noexcept {
  const auto* x = json::find(members, key);
  return x ? &x->value : nullptr;
}

std::optional<std::string> body_members::text(std::string_view key) const {
  const auto* x = find(key);
  return x ? json::as_string(*x) : std::nullopt;
}

bool body_members::boolean(std::string_view key) const {
  const auto* x = find(key);
  return x && json::as_boolean(*x).value_or(false);
}

void body_members::add(std::string key, std::string_view value) {
  json::append_string(texts.emplace_back(), value);
  members.push_back({std::move(key), {json::kind::string, texts.back()}});
}

void body_members::add_below(std::string key, std::string_view value) {
  add(std::move(key), value);
  std::rotate(members.begin(), members.end() - 1, members.end());
}

std::string media_type(const http::request& asked) {
  const auto type = asked.field("content-type");
  return lower(trim(type.substr(0, type.find(';'))));
}

std::optional<http::response> refuse_encoding(const http::request& asked) {
  const auto encoding = lower(trim(asked.field("content-encoding")));
  if (!encoding.empty() && encoding != "identity")
    return plain_error_answer(415, "unsupported content encoding \"" + encoding + "\"");
  const auto charset = charset_of(asked.field("content-type"));
  if (!charset.empty() && charset != "UTF-8")
    return plain_error_answer(415, "unsupported charset \"" + charset + "\"");
  return std::nullopt;
}

std::optional<http::response> read_body(const http::request& asked, body_members& x) {
  const auto type = media_type(asked);
  const auto is_json = type == "application/json";
  if (asked.body.empty() || (!is_json && type != "application/x-www-form-urlencoded"))
    return std::nullopt;
  if (auto refused = refuse_encoding(asked))
    return refused;
  if (is_json)
    return read_json(asked.body, x);
  for (const auto& [key, value] : http::parse_query(asked.body, form_fields_max))
    x.add(key, value);
  return std::nullopt;
}

std::string syntax_text(const json::syntax_error& why) {
  return "JSON syntax error at byte " + std::to_string(why.position) + ": " + why.reason;
}

http::response syntax_answer(const json::syntax_error& why) {
  return error_answer(400, syntax_text(why));
}

} // namespace arauto::app
