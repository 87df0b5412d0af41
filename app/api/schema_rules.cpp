#include "app/api/schema_rules.hpp"

#include "actors/catalogue.hpp"
#include "net/utf8.hpp"

namespace arauto::app {

namespace {

/// Not checked beyond this by Evolution, but every text has a bound here.
constexpr std::size_t text_bytes_max = 1024;
constexpr std::size_t name_bytes_max = 128;
/// Bounds the answer to a list of wrong names, too.
constexpr std::size_t events_max = 200;

std::string names_of_events(std::size_t count) {
  std::string names;
  for (std::size_t i = 0; i < count; ++i)
    names += (i == 0 ? "" : ",") + std::string{known_event_at(static_cast<catalogue_index>(i)).config_name};
  return names;
}

/// The pattern `^\d+[\.@\w-]+`.
bool looks_like_number(std::string_view x) noexcept {
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  const auto is_word = [&](char c) {
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  };
  return x.size() >= 2 && is_digit(x[0]) && (is_word(x[1]) || x[1] == '.' || x[1] == '@' || x[1] == '-');
}

/// Control characters of ASCII, or of Latin-1 (U+0080 to U+009F, in UTF-8 led by C2).
bool has_control_character(std::string_view x) noexcept {
  unsigned char before = 0;
  for (const auto c : x) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7F || (before == 0xC2 && byte < 0xA0))
      return true;
    before = byte;
  }
  return false;
}

} // namespace

std::string wrong_type(std::string_view path, std::string_view type) {
  return std::string{path} + " is not of a type(s) " + std::string{type};
}

std::string not_in_enum(std::string_view path, std::string_view values) {
  return std::string{path} + " is not one of enum values: " + std::string{values};
}

std::optional<std::string> check_text(std::string_view path, const json::value& x, violations& out) {
  auto text = json::as_string(x);
  if (!text)
    out.push_back(wrong_type(path, "string"));
  else if (text->size() > text_bytes_max)
    out.push_back(std::string{path} + " does not meet maximum length of " + std::to_string(text_bytes_max));
  return text;
}

bool is_instance_name(std::string_view x) noexcept {
  return !x.empty() && x.size() <= name_bytes_max && is_utf8(x) && !has_control_character(x) &&
         x.find_first_of("/,?#%") == std::string_view::npos;
}

void check_name(std::string_view path, const json::value& x, violations& out) {
  const auto name = json::as_string(x);
  if (!name)
    out.push_back(wrong_type(path, "string"));
  else if (name->empty())
    out.push_back("The \"" + std::string{path} + "\" cannot be empty");
  else if (!is_instance_name(*name))
    out.push_back(std::string{path} + " must be 1 to " + std::to_string(name_bytes_max) +
                  " bytes of UTF-8 without control characters and without / , ? # %");
}

void check_events(const std::string& path, const json::value& x, std::size_t count, violations& out) {
  const auto elements = json::split_array(x.raw);
  if (x.kind != json::kind::array || !elements) {
    out.push_back(wrong_type(path, "array"));
    return;
  }
  if (elements->size() > events_max) {
    out.push_back(path + " does not meet maximum length of " + std::to_string(events_max));
    return;
  }
  for (std::size_t i = 0; i < elements->size(); ++i) {
    const auto at = path + "[" + std::to_string(i) + "]";
    const auto name = json::as_string((*elements)[i]);
    if (!name)
      out.push_back(wrong_type(at, "string"));
    const auto index = name ? find_selectable(*name) : std::nullopt;
    if (!index || *index >= count)
      out.push_back(not_in_enum(at, names_of_events(count)));
  }
}

void check_boolean(const std::string& path, const json::value& x, violations& out) {
  if (json::as_boolean(x))
    return;
  out.push_back(wrong_type(path, "boolean"));
  out.push_back(not_in_enum(path, "true,false"));
}

void check_selection(const std::string& path, const json::value& x, violations& out) {
  const auto members = json::split_object(x.raw);
  if (x.kind != json::kind::object || !members) {
    out.push_back(wrong_type(path, "object"));
    return;
  }
  const auto* enabled = json::find(*members, "enabled");
  if (enabled)
    check_boolean(path + ".enabled", enabled->value, out);
  if (const auto* events = json::find(*members, "events"))
    check_events(path + ".events", events->value, selectable_events, out);
  if (!enabled)
    out.push_back(path + " requires property \"enabled\"");
}

void check_phone(std::string_view path, const json::value& x, violations& out) {
  const auto text = check_text(path, x, out);
  if (text && !looks_like_number(*text))
    out.push_back(std::string{path} + R"( does not match pattern "^\\d+[\\.@\\w-]+")");
}

} // namespace arauto::app
