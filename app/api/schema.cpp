#include "app/api/schema.hpp"

#include "actors/catalogue.hpp"

#include <algorithm>
#include <array>

namespace arauto::app {

namespace {

enum class rule { text, boolean, number, old_events, phone, name };

struct property {
  std::string_view name;
  rule what;
};

/// The order is that of the texts in an answer.
constexpr property create_properties[] = {
    {"instanceName", rule::name},
    {"qrcode", rule::boolean},
    {"token", rule::text},
    {"number", rule::phone},
    {"businessId", rule::text},
    {"rejectCall", rule::boolean},
    {"msgCall", rule::text},
    {"groupsIgnore", rule::boolean},
    {"alwaysOnline", rule::boolean},
    {"readMessages", rule::boolean},
    {"readStatus", rule::boolean},
    {"syncFullHistory", rule::boolean},
    {"wavoipToken", rule::text},
    {"proxyHost", rule::text},
    {"proxyPort", rule::text},
    {"proxyProtocol", rule::text},
    {"proxyUsername", rule::text},
    {"proxyPassword", rule::text},
    {"webhookUrl", rule::text},
    {"webhookByEvents", rule::boolean},
    {"webhookBase64", rule::boolean},
    {"webhookEvents", rule::old_events},
    {"rabbitmqEnabled", rule::boolean},
    {"rabbitmqEvents", rule::old_events},
    {"natsEnabled", rule::boolean},
    {"natsEvents", rule::old_events},
    {"sqsEnabled", rule::boolean},
    {"sqsEvents", rule::old_events},
    {"chatwootAccountId", rule::text},
    {"chatwootToken", rule::text},
    {"chatwootUrl", rule::text},
    {"chatwootSignMsg", rule::boolean},
    {"chatwootReopenConversation", rule::boolean},
    {"chatwootConversationPending", rule::boolean},
    {"chatwootImportContacts", rule::boolean},
    {"chatwootNameInbox", rule::text},
    {"chatwootMergeBrazilContacts", rule::boolean},
    {"chatwootImportMessages", rule::boolean},
    {"chatwootDaysLimitImportMessages", rule::number},
};

/// Stored as given; null means none.
constexpr std::string_view optional_texts[] = {"ownerJid", "profileName", "profilePicUrl"};

/// Not checked beyond this by Evolution, but every text has a bound here.
constexpr std::size_t text_bytes_max = 1024;
constexpr std::size_t name_bytes_max = 128;
/// Bounds the answer to a list of wrong names, too.
constexpr std::size_t events_max = 200;

/// The settings that stand flat in a create body (version 1) know the first 26 names only.
constexpr std::size_t old_event_count = 26;

std::string names_of_events(std::size_t count) {
  std::string names;
  for (std::size_t i = 0; i < count; ++i)
    names += (i == 0 ? "" : ",") + std::string{known_event_at(static_cast<catalogue_index>(i)).config_name};
  return names;
}

std::string wrong_type(std::string_view path, std::string_view type) {
  return std::string{path} + " is not of a type(s) " + std::string{type};
}

std::string not_in_enum(std::string_view path, std::string_view values) {
  return std::string{path} + " is not one of enum values: " + std::string{values};
}

/// The text, or a violation when it is none or too long.
std::optional<std::string> check_text(std::string_view path, const json::value& x, violations& out) {
  auto text = json::as_string(x);
  if (!text)
    out.push_back(wrong_type(path, "string"));
  else if (text->size() > text_bytes_max)
    out.push_back(std::string{path} + " does not meet maximum length of " + std::to_string(text_bytes_max));
  return text;
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

bool is_instance_name(std::string_view x) noexcept {
  return !x.empty() && x.size() <= name_bytes_max && json::is_utf8(x) && !has_control_character(x) &&
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

/// `{"enabled":boolean,"events":[names]}`, `enabled` required.
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

void check_property(const property& at, const json::value& x, violations& out) {
  const std::string path{at.name};
  switch (at.what) {
  case rule::text:
    check_text(path, x, out);
    break;
  case rule::boolean:
    if (!json::as_boolean(x))
      out.push_back(wrong_type(path, "boolean"));
    break;
  case rule::number:
    if (x.kind != json::kind::number)
      out.push_back(wrong_type(path, "number"));
    break;
  case rule::old_events:
    check_events(path, x, old_event_count, out);
    break;
  case rule::phone:
    check_phone(path, x, out);
    break;
  case rule::name:
    check_name(path, x, out);
    break;
  }
}

} // namespace

violations check_create(const body_members& body) {
  violations out;
  for (const auto& x : create_properties)
    if (const auto* value = body.find(x.name))
      check_property(x, *value, out);
  for (const auto name : optional_texts)
    if (const auto* value = body.find(name); value && value->kind != json::kind::null)
      check_text(name, *value, out);
  if (const auto* value = body.find("websocket"); value && value->kind != json::kind::null)
    check_selection("websocket", *value, out);
  if (!body.find("instanceName"))
    out.emplace_back("instance requires property \"instanceName\"");
  return out;
}

violations check_websocket_set(const body_members& body) {
  violations out;
  for (const auto* name : {"websocket", "rabbitmq", "nats", "sqs", "kafka"})
    if (const auto* value = body.find(name))
      check_selection(name, *value, out);
  if (!body.find("websocket"))
    out.emplace_back("instance requires property \"websocket\"");
  return out;
}

event_selection read_selection(const json::value& checked) {
  event_selection x;
  const auto members = json::split_object(checked.raw);
  const auto* enabled = members ? json::find(*members, "enabled") : nullptr;
  x.enabled = enabled && json::as_boolean(enabled->value).value_or(false);
  if (!x.enabled)
    return x;
  if (const auto* events = json::find(*members, "events"))
    if (const auto names = json::split_array(events->value.raw))
      for (const auto& name : *names)
        x.events.push_back(json::as_string(name).value_or(std::string{}));
  if (x.events.empty())
    for (std::size_t i = 0; i < selectable_events; ++i)
      x.events.emplace_back(known_event_at(static_cast<catalogue_index>(i)).config_name);
  return x;
}

} // namespace arauto::app
