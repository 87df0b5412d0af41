#include "app/api/body.hpp"

#include "app/api/respond.hpp"
#include "net/http/form.hpp"
#include "net/http/list_field.hpp"

#include <algorithm>
#include <cctype>

namespace arauto::app {

namespace {

constexpr std::string_view json_space = " \t\r\n";

std::string lower(std::string_view text) {
  std::string x{text};
  std::transform(x.begin(), x.end(), x.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return x;
}

std::string_view unquoted(std::string_view text) {
  return text.size() >= 2 && text.front() == '"' && text.back() == '"' ? text.substr(1, text.size() - 2) : text;
}

/// The `charset` of a content type, upper case; empty when there is none.
std::string charset_of(std::string_view content_type) {
  if (content_type.find(';') == std::string_view::npos)
    return {};
  http::next_item(content_type, ';');
  while (!content_type.empty()) {
    auto parameter = http::next_item(content_type, ';');
    if (!http::equals_ignoring_case(http::next_item(parameter, '='), "charset"))
      continue;
    auto name = std::string{unquoted(http::next_item(parameter, '='))};
    std::transform(name.begin(), name.end(), name.begin(),
                   [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    return name;
  }
  return {};
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

std::optional<http::response> read_form(std::string_view text, body_members& x) {
  auto form = http::parse_form(text);
  switch (form.fault) {
  case http::form_fault::too_many_fields:
    return plain_error_answer(413, "too many parameters: a form has at most " + std::to_string(http::form_fields_max));
  case http::form_fault::too_deep:
    return plain_error_answer(400, "The input exceeded the depth of " + std::to_string(http::form_depth_max));
  case http::form_fault::name_too_long:
    return plain_error_answer(400, "The name of a field is longer than " + std::to_string(http::form_name_bytes_max) +
                                       " bytes");
  case http::form_fault::none:
    break;
  }
  for (auto& [name, value] : form.members)
    x.add_json(std::move(name), std::move(value));
  return std::nullopt;
}

std::optional<http::response> read(const http::request& asked, body_members& x) {
  const auto is_json = has_media_type(asked, "application/json");
  if (asked.body.empty() || (!is_json && !has_media_type(asked, "application/x-www-form-urlencoded")))
    return std::nullopt;
  if (auto refused = refuse_encoding(asked))
    return refused;
  return is_json ? read_json(asked.body, x) : read_form(asked.body, x);
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
  std::string text;
  json::append_string(text, value);
  add_json(std::move(key), std::move(text));
}

void body_members::add_json(std::string key, std::string text) {
  members.push_back({std::move(key), *json::check(texts.emplace_back(std::move(text)))});
}

void body_members::add_below(std::string key, std::string_view value) {
  add(std::move(key), value);
  std::rotate(members.begin(), members.end() - 1, members.end());
}

bool has_media_type(const http::request& asked, std::string_view type) {
  auto given = asked.field("content-type");
  // Usually it is that and nothing else.
  return given == type || http::equals_ignoring_case(unquoted(http::next_item(given, ';')), type);
}

std::optional<http::response> refuse_encoding(const http::request& asked) {
  const auto encoding = asked.field("content-encoding");
  if (!encoding.empty() && !http::equals_ignoring_case(encoding, "identity"))
    return plain_error_answer(415, "unsupported content encoding \"" + lower(encoding) + "\"");
  const auto charset = charset_of(asked.field("content-type"));
  if (!charset.empty() && charset != "UTF-8")
    return plain_error_answer(415, "unsupported charset \"" + charset + "\"");
  return std::nullopt;
}

std::optional<http::response> read_body(const http::request& asked, body_members& x) {
  auto refused = read(asked, x);
  if (refused) // Before anybody looks at Accept-Encoding, as recorded (rest-websocket, set-badjson).
    refused->set("Vary", "Origin");
  return refused;
}

std::string syntax_text(const json::syntax_error& why) {
  return "JSON syntax error at byte " + std::to_string(why.position) + ": " + why.reason;
}

http::response syntax_answer(const json::syntax_error& why) {
  return plain_error_answer(400, syntax_text(why));
}

} // namespace arauto::app
