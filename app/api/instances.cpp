#include "app/api/object_writer.hpp"
#include "app/api/respond.hpp"
#include "app/api/routes.hpp"
#include "app/api/schema.hpp"
#include "net/http/query.hpp"

#include <algorithm>

namespace arauto::app {

namespace {

constexpr std::string_view business = "WHATSAPP-BUSINESS";
constexpr std::string_view baileys = "WHATSAPP-BAILEYS";
constexpr std::string_view integrations[] = {"EVOLUTION", business, baileys, "SYNTHETIC"};

/// What is wrong with a checked create body beyond its schema; empty when nothing is.
std::string check_integration(const body_members& body) {
  const auto* given = body.find("integration");
  const auto name = given ? json::as_string(*given) : std::string{baileys};
  if (!name || std::find(std::begin(integrations), std::end(integrations), *name) == std::end(integrations))
    return "Invalid integration: it must be one of EVOLUTION, WHATSAPP-BUSINESS, WHATSAPP-BAILEYS, SYNTHETIC";
  if (*name == business && body.text("token").value_or("").empty())
    return "token is required";
  if (*name == business && !body.find("number"))
    return "number is required";
  return {};
}

behaviour_row read_behaviour(const body_members& body) {
  behaviour_row x;
  x.reject_call = body.boolean("rejectCall");
  x.msg_call = body.text("msgCall").value_or("");
  x.groups_ignore = body.boolean("groupsIgnore");
  x.always_online = body.boolean("alwaysOnline");
  x.read_messages = body.boolean("readMessages");
  x.read_status = body.boolean("readStatus");
  x.sync_full_history = body.boolean("syncFullHistory");
  x.wavoip_token = body.text("wavoipToken").value_or("");
  return x;
}

/// The record that a checked create body asks for. Ids, times and a missing token are the REGISTRY's.
instance_record read_record(const body_members& body, bool websocket_enabled) {
  instance_record x;
  x.name = body.text("instanceName").value_or("");
  x.token = body.text("token").value_or("");
  x.integration = body.text("integration").value_or(std::string{baileys});
  x.connection_status = x.integration == baileys ? "close" : "open";
  x.owner_jid = body.text("ownerJid");
  x.profile_name = body.text("profileName");
  x.profile_pic_url = body.text("profilePicUrl");
  x.number = body.text("number");
  x.business_id = body.text("businessId");
  x.behaviour = read_behaviour(body);
  const auto* websocket = body.find("websocket");
  if (websocket_enabled && websocket && websocket->kind == json::kind::object) {
    auto chosen = read_selection(*websocket);
    x.websocket.emplace();
    x.websocket->enabled = chosen.enabled;
    x.websocket->events = std::move(chosen.events);
  }
  return x;
}

object_writer& write_behaviour(object_writer& out, const behaviour_row& x) {
  return out.boolean("rejectCall", x.reject_call)
      .text("msgCall", x.msg_call)
      .boolean("groupsIgnore", x.groups_ignore)
      .boolean("alwaysOnline", x.always_online)
      .boolean("readMessages", x.read_messages)
      .boolean("readStatus", x.read_status)
      .boolean("syncFullHistory", x.sync_full_history)
      .text("wavoipToken", x.wavoip_token);
}

/// Members of a nested object of the request as they stand there, under other names; absent ones are left out.
std::string echo(const body_members& body, std::string_view object,
                 std::initializer_list<std::pair<std::string_view, std::string_view>> names) {
  object_writer out;
  const auto* value = body.find(object);
  if (!value || value->kind != json::kind::object)
    return out.close();
  if (const auto members = json::split_object(value->raw))
    for (const auto& [from, to] : names)
      if (const auto* member = json::find(*members, from))
        out.raw(to, member->value.raw);
  return out.close();
}

std::string websocket_echo(const body_members& body, const instance_record& made) {
  if (made.websocket)
    return object_writer{}.boolean("enabled", made.websocket->enabled).close();
  // Asked for while the transport is off: nothing is stored, and the answer says so.
  const auto* asked = body.find("websocket");
  return asked && asked->kind == json::kind::object ? R"({"enabled":false})" : "{}";
}

std::string created_json(const settings& config, const body_members& body, const instance_record& made) {
  const auto is_business = made.integration == business;
  object_writer instance;
  instance.text("instanceName", made.name).text("instanceId", made.id).text("integration", made.integration);
  if (is_business) // As recorded, also the word that stands for an unset SERVER_URL.
    instance.text("webhookWaBusiness", config.server_url.value_or("undefined") + "/webhook/meta");
  else
    instance.null("webhookWaBusiness");
  instance.text("accessTokenWaBusiness", is_business ? config.wa_business_token_webhook : std::string{})
      .text("status", made.connection_status);
  object_writer behaviour;
  return object_writer{}
      .raw("instance", instance.close())
      .text("hash", made.token)
      .raw("webhook", echo(body, "webhook",
                           {{"url", "webhookUrl"},
                            {"headers", "webhookHeaders"},
                            {"byEvents", "webhookByEvents"},
                            {"base64", "webhookBase64"}}))
      .raw("websocket", websocket_echo(body, made))
      .raw("rabbitmq", echo(body, "rabbitmq", {{"enabled", "enabled"}}))
      .raw("nats", echo(body, "nats", {{"enabled", "enabled"}}))
      .raw("sqs", echo(body, "sqs", {{"enabled", "enabled"}}))
      .raw("settings", write_behaviour(behaviour, made.behaviour).close())
      .close();
}

std::string setting_json(const instance_record& of) {
  object_writer out;
  out.text("id", of.behaviour.id);
  return write_behaviour(out, of.behaviour)
      .text("createdAt", iso_time(of.created_at_ms))
      .text("updatedAt", iso_time(of.created_at_ms))
      .text("instanceId", of.id)
      .close();
}

std::string instance_json(const settings& config, const instance_record& x) {
  object_writer out;
  out.text("id", x.id)
      .text("name", x.name)
      .text("connectionStatus", x.connection_status)
      .text("ownerJid", x.owner_jid)
      .text("profileName", x.profile_name)
      .text("profilePicUrl", x.profile_pic_url)
      .text("integration", x.integration)
      .text("number", x.number)
      .text("businessId", x.business_id)
      .text("token", x.token)
      .text("clientName", config.database_connection_client_name);
  for (const auto* key : {"disconnectionReasonCode", "disconnectionObject", "disconnectionAt"})
    out.null(key);
  out.text("createdAt", iso_time(x.created_at_ms)).text("updatedAt", iso_time(x.updated_at_ms));
  for (const auto* key : {"Chatwoot", "Proxy", "Rabbitmq", "Nats", "Sqs"})
    out.null(key);
  return out.raw("Websocket", websocket_json(x))
      .raw("Setting", setting_json(x))
      .raw("_count", R"({"Message":0,"Contact":0,"Chat":0})")
      .close();
}

/// Query parameters of `fetchInstances`; empty ones filter nothing.
struct instance_filter {
  std::string name;
  std::string id;
  std::string number;
};

instance_filter read_filter(std::string_view query) {
  const auto value = [query](std::string_view name) { return http::query_value(query, name).value_or(""); };
  return {value("instanceName"), value("instanceId"), value("number")};
}

template <class Condition>
std::vector<directory_entry_ptr> keep(std::vector<directory_entry_ptr> entries, const Condition& condition) {
  std::erase_if(entries, [&](const directory_entry_ptr& x) { return !condition(*x->record); });
  return entries;
}

/// With the global key: the id wins over the number, the number over the name.
std::vector<directory_entry_ptr> search(const directory& names, const instance_filter& by) {
  if (!by.id.empty())
    return keep(names.all(), [&](const instance_record& x) { return x.id == by.id; });
  if (!by.number.empty())
    return keep(names.all(), [&](const instance_record& x) { return x.number == by.number; });
  if (by.name.empty())
    return names.all();
  auto one = names.find(by.name);
  return one ? std::vector{std::move(one)} : std::vector<directory_entry_ptr>{};
}

http::response list_answer(const settings& config, std::vector<directory_entry_ptr> entries) {
  std::sort(entries.begin(), entries.end(), [](const directory_entry_ptr& a, const directory_entry_ptr& b) {
    return std::tie(a->record->created_at_ms, a->record->name) < std::tie(b->record->created_at_ms, b->record->name);
  });
  std::string body = "[";
  for (const auto& x : entries)
    body += (body.size() == 1 ? "" : ",") + instance_json(config, *x->record);
  return json_answer(200, body + "]");
}

} // namespace

void create_one(const exchange_ptr& x) {
  if (!admit_global(*x))
    return;
  auto& home = x->home();
  auto& body = x->body();
  // The query counts where the body says nothing, as recorded (rest-instance, create-query-merge).
  for (const auto& [key, value] : http::parse_query(x->asked().query()))
    body.add_below(key, value);
  const auto name = body.text("instanceName");
  if (name && home.ports.directory.get().find(*name))
    return x->answer(error_answer(403, "This name \"" + *name + "\" is already in use."));
  if (const auto wrong = check_create(body); !wrong.empty())
    return x->answer(schema_answer(wrong));
  if (const auto wrong = check_integration(body); !wrong.empty())
    return x->answer(error_answer(400, wrong));
  auto record = read_record(body, home.config.websocket_enabled);
  home.ports.admin.create({std::move(record)}, [x](const instance_answer& done) {
    x->guarded([&] {
      x->answer(done.record ? json_answer(201, created_json(x->home().config, x->body(), *done.record))
                            : refusal_answer(done, x->body().text("instanceName").value_or("")));
    });
  });
}

void fetch_instances(const exchange_ptr& x) {
  const auto& config = x->home().config;
  const auto& names = x->home().ports.directory.get();
  const auto owner = names.judge(x->asked().field("apikey"));
  const auto by = read_filter(x->asked().query());
  if (owner.is_global) {
    auto found = search(names, by);
    if (!found.empty() || (by.id + by.number + by.name).empty())
      return x->answer(list_answer(config, std::move(found)));
    const auto& missing = !by.id.empty() ? by.id : !by.number.empty() ? by.number : by.name;
    return x->answer(error_answer(404, "Instance \"" + missing + "\" not found"));
  }
  auto own = keep(owner.instances, [&](const instance_record& record) {
    return (by.name.empty() || record.name == by.name) && (by.id.empty() || record.id == by.id);
  });
  if (own.empty() || !config.database_save_data_instance)
    return x->answer(unauthorized_answer());
  x->answer(list_answer(config, std::move(own)));
}

void show_connection_state(const exchange_ptr& x) {
  const auto entry = admit_to_instance(*x);
  if (!entry)
    return;
  const auto state =
      object_writer{}.text("instanceName", entry->record->name).text("state", entry->record->connection_status).close();
  x->answer(json_answer(200, object_writer{}.raw("instance", state).close()));
}

void delete_one(const exchange_ptr& x) {
  const auto entry = admit_to_instance(*x);
  if (!entry)
    return;
  x->home().ports.admin.remove({entry->record->name, entry->record->id}, [x](const instance_answer& done) {
    x->guarded([&] {
      if (!done.record)
        return x->answer(refusal_answer(done, x->parameter(0)));
      const auto response = object_writer{}.text("message", "Instance deleted").close();
      x->answer(json_answer(
          200, object_writer{}.text("status", "SUCCESS").boolean("error", false).raw("response", response).close()));
    });
  });
}

} // namespace arauto::app
