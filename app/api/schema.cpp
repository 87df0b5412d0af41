#include "app/api/schema.hpp"

#include "actors/catalogue.hpp"
#include "app/api/object_writer.hpp"
#include "app/api/schema_rules.hpp"

#include <algorithm>
#include <tuple>

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

/// The settings that stand flat in a create body (version 1) know the first 26 names only.
constexpr std::size_t old_event_count = 26;

enum class webhook_rule { boolean, text, object, events };

constexpr std::pair<std::string_view, webhook_rule> webhook_properties[] = {
    {"enabled", webhook_rule::boolean},  {"url", webhook_rule::text},       {"headers", webhook_rule::object},
    {"byEvents", webhook_rule::boolean}, {"base64", webhook_rule::boolean}, {"events", webhook_rule::events},
};

void check_webhook_property(const std::string& path, webhook_rule what, const json::value& x, violations& out) {
  switch (what) {
  case webhook_rule::boolean:
    if (x.kind != json::kind::boolean)
      out.push_back(wrong_type(path, "boolean"));
    break;
  case webhook_rule::text:
    check_text(path, x, out);
    break;
  case webhook_rule::object:
    if (x.kind != json::kind::object)
      out.push_back(wrong_type(path, "object"));
    break;
  case webhook_rule::events:
    check_events(path, x, selectable_events, out);
    break;
  }
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

/// The `webhook` of a body. The not-empty rule counts only where nothing but the checked members is there.
void check_webhook(const json::value& x, violations& out) {
  const auto members = json::split_object(x.raw);
  if (x.kind != json::kind::object || !members) {
    out.push_back(wrong_type("webhook", "object"));
    return;
  }
  for (const auto& [name, what] : webhook_properties)
    if (const auto* at = json::find(*members, name))
      check_webhook_property("webhook." + std::string{name}, what, at->value, out);
  for (const auto* name : {"enabled", "url"})
    if (!json::find(*members, name))
      out.push_back("webhook requires property \"" + std::string{name} + "\"");
  const auto* url = json::find(*members, "url");
  if (url && url->value.raw == "\"\"" && members->size() == 2)
    out.emplace_back("The \"url\" cannot be empty");
}

/// Stored as given, so it has to be one of those that `connectionState` knows.
void check_status(const json::value& x, violations& out) {
  const auto text = check_text("status", x, out);
  if (text && *text != "open" && *text != "close" && *text != "connecting")
    out.push_back(not_in_enum("status", "open,close,connecting"));
}

/// The object with shorter keys first, then by bytes: the order in which the original's database gives them back.
std::string ordered_headers(std::string_view object) {
  auto members = json::split_object(object);
  if (!members)
    return "{}";
  std::stable_sort(members->begin(), members->end(), [](const json::member& a, const json::member& b) {
    return std::make_tuple(a.key.size(), std::string_view{a.key}) <
           std::make_tuple(b.key.size(), std::string_view{b.key});
  });
  object_writer out;
  for (const auto& x : *members)
    out.raw(x.key, x.value.raw);
  return out.close();
}

/// Which events an instance sends to its namespace.
struct event_selection {
  bool enabled = false;
  /// Config names: all of them when enabled without a choice, none when disabled.
  std::vector<std::string> events;
};

event_selection select(const std::vector<json::member>& members) {
  event_selection x;
  const auto* enabled = json::find(members, "enabled");
  x.enabled = enabled && json::as_boolean(enabled->value).value_or(false);
  if (!x.enabled)
    return x;
  if (const auto* events = json::find(members, "events"))
    if (const auto names = json::split_array(events->value.raw))
      for (const auto& name : *names)
        x.events.push_back(json::as_string(name).value_or(std::string{}));
  if (x.events.empty())
    for (std::size_t i = 0; i < selectable_events; ++i)
      x.events.emplace_back(known_event_at(static_cast<catalogue_index>(i)).config_name);
  return x;
}

std::optional<bool> read_boolean(const std::vector<json::member>& members, std::string_view name) {
  const auto* at = json::find(members, name);
  return at ? json::as_boolean(at->value) : std::nullopt;
}

/// Beside Evolution's members it says what the log does with the events.
void check_websocket(const json::value& x, violations& out) {
  check_selection("websocket", x, out);
  if (const auto members = json::split_object(x.raw))
    for (const auto* name : {"log", "recovery"})
      if (const auto* given = json::find(*members, name))
        check_boolean(std::string{"websocket."} + name, given->value, out);
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
    check_websocket(*value, out);
  if (const auto* value = body.find("webhook"); value && value->kind != json::kind::null)
    check_webhook(*value, out);
  if (const auto* value = body.find("status"); value && value->kind != json::kind::null)
    check_status(*value, out);
  if (!body.find("instanceName"))
    out.emplace_back("instance requires property \"instanceName\"");
  return out;
}

violations check_websocket_set(const body_members& body) {
  violations out;
  if (const auto* value = body.find("websocket"))
    check_websocket(*value, out);
  for (const auto* name : {"rabbitmq", "nats", "sqs", "kafka"})
    if (const auto* value = body.find(name))
      check_selection(name, *value, out);
  if (!body.find("websocket"))
    out.emplace_back("instance requires property \"websocket\"");
  return out;
}

violations check_webhook_set(const body_members& body) {
  violations out;
  if (const auto* value = body.find("webhook"))
    check_webhook(*value, out);
  else
    out.emplace_back("instance requires property \"webhook\"");
  return out;
}

violations check_broker_set(const body_members& body, std::string_view broker) {
  violations out;
  if (const auto* value = body.find(broker))
    check_selection(std::string{broker}, *value, out);
  return out;
}

violations check_presence(const body_members& body) {
  constexpr std::string_view known = "unavailable,available,composing,recording,paused";
  violations out;
  const auto* value = body.find("presence");
  if (!value) {
    out.emplace_back("instance requires property \"presence\"");
    return out;
  }
  const auto text = check_text("presence", *value, out);
  const auto is_known = text && !text->empty() && text->find(',') == std::string::npos &&
                        ("," + std::string{known} + ",").find("," + *text + ",") != std::string::npos;
  if (!is_known)
    out.push_back(not_in_enum("presence", known));
  return out;
}

websocket_choice read_websocket(const json::value& checked) {
  websocket_choice x;
  const auto members = json::split_object(checked.raw);
  if (!members)
    return x;
  auto chosen = select(*members);
  x.enabled = chosen.enabled;
  x.events = std::move(chosen.events);
  x.keeps_events = read_boolean(*members, "log");
  x.recovery = read_boolean(*members, "recovery");
  return x;
}

webhook_choice read_webhook(const json::value& checked) {
  webhook_choice x;
  const auto members = json::split_object(checked.raw);
  if (!members)
    return x;
  auto chosen = select(*members);
  x.enabled = chosen.enabled;
  x.events = std::move(chosen.events);
  x.by_events = read_boolean(*members, "byEvents");
  x.base64 = read_boolean(*members, "base64");
  if (const auto* url = json::find(*members, "url"))
    x.url = json::as_string(url->value).value_or("");
  if (const auto* headers = json::find(*members, "headers"))
    x.headers = ordered_headers(headers->value.raw);
  return x;
}

} // namespace arauto::app
