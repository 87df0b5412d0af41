#include "actors/kinds/table.hpp"
#include "app/api/object_writer.hpp"
#include "app/api/respond.hpp"
#include "app/api/routes.hpp"
#include "app/api/schema.hpp"
#include "net/http/query.hpp"

#include <algorithm>

namespace arauto::app {

namespace {

constexpr std::string_view business = "WHATSAPP-BUSINESS";
/// Of a body that names none, as the column of the original has it.
constexpr std::string_view default_kind = "WHATSAPP-BAILEYS";

const instance_kind* kind_of(const body_members& body) {
  const auto* given = body.find("integration");
  const auto name = given ? json::as_string(*given) : std::string{default_kind};
  return name ? find_kind(*name) : nullptr;
}

/// What is wrong with a checked create body beyond its schema; empty when nothing is.
std::string check_integration(const body_members& body) {
  const auto* kind = kind_of(body);
  if (kind == nullptr) {
    std::string names;
    for (const auto& x : instance_kinds())
      names.append(names.empty() ? "" : ", ").append(x.name);
    return "Invalid integration: it must be one of " + names;
  }
  if (kind->needs_token && body.text("token").value_or("").empty())
    return "token is required";
  if (kind->needs_number && !body.find("number"))
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
  x.integration = kind_of(body)->name;
  x.connection_status = body.text("status").value_or(std::string{kind_of(body)->first_status});
  x.owner_jid = body.text("ownerJid");
  x.profile_name = body.text("profileName");
  x.profile_pic_url = body.text("profilePicUrl");
  x.number = body.text("number");
  x.business_id = body.text("businessId");
  x.behaviour = read_behaviour(body);
  const auto* websocket = body.find("websocket");
  if (websocket_enabled && websocket && websocket->kind == json::kind::object) {
    auto chosen = read_websocket(*websocket);
    x.websocket.emplace();
    x.websocket->enabled = chosen.enabled;
    x.websocket->events = std::move(chosen.events);
    x.websocket->keeps_events = chosen.keeps_events.value_or(true);
    x.websocket->recovery = chosen.recovery;
  }
  if (const auto* webhook = body.find("webhook"); webhook && webhook->kind == json::kind::object)
    x = changed(std::move(x), read_webhook(*webhook), 0);
  return x;
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
      .text("status", find_kind(made.integration)->first_status);
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

/// Whether the name that the body asks for belongs to an instance; then the exchange is answered.
bool refuse_taken_name(exchange& x) {
  const auto name = x.body().text("instanceName");
  if (!name || !x.home().ports.directory.get().find(*name))
    return false;
  x.answer(error_answer(403, "This name \"" + *name + "\" is already in use."));
  return true;
}

} // namespace

void create_one(const exchange_ptr& x) {
  auto& home = x->home();
  auto& body = x->body();
  if (home.config.rest_names_before_key && refuse_taken_name(*x))
    return;
  if (!admit_global(*x))
    return;
  // The query counts where the body says nothing, as recorded (rest-instance, create-query-merge).
  for (const auto& [key, value] : http::parse_query(x->asked().query()))
    body.add_below(key, value);
  if (refuse_taken_name(*x))
    return;
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

void delete_one(const exchange_ptr& x) {
  const auto entry = admit_to_instance(*x);
  if (!entry)
    return;
  x->home().ports.admin.remove({entry->record->name, entry->record->id}, [x](const instance_answer& done) {
    x->guarded([&] {
      if (!done.record)
        return x->answer(refusal_answer(done, x->parameter(0)));
      x->answer(success_answer("Instance deleted"));
    });
  });
}

} // namespace arauto::app
