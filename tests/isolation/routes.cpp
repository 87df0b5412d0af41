#include "tests/isolation/routes.hpp"

#include "actors/catalogue.hpp"
#include "app/api/object_writer.hpp"

#include <algorithm>
#include <array>

namespace arauto::isolation {

namespace {

using attempt = route_attempt;

std::string no_body(const attempt&) {
  return {};
}

std::string json_text(std::string_view x) {
  std::string out;
  json::append_string(out, x);
  return out;
}

/// A client whose sessions have to end got a DISCONNECT.
void need_goodbye(attempt& x, const std::vector<const visitor*>& clients) {
  for (const auto* who : {clients[0], clients[1]})
    x.need(std::any_of(x.events.begin(), x.events.end(),
                       [who](const received& event) { return event.by == who && event.text.starts_with("41"); }),
           "a session that should have ended goes on");
}

void check_own(attempt& x) {
  x.need(x.answer_has(x.to.id) || x.answer_has(json_text(x.to.name)), "the answer does not show the instance");
}

void check_event(attempt& x) {
  x.judge.check_delivered(x.events, x.text, x.to);
}

/// There is one instance more, which has no tenant. It goes again.
void check_made(attempt& x) {
  x.need(x.in.instances() == tenant_count + 1, "it was not made");
  x.in.ask_as_operator("DELETE", "/instance/delete/" + x.name);
  x.in.take_received();
  x.in.take_written();
}

void check_relayed(attempt& x) {
  if (x.is_ghost)
    check_made(x);
  else
    check_event(x);
}

void check_broker(attempt& x) {
  x.need(x.answer.body.empty(), "a broker keeps nothing, and yet the answer has a body");
}

/// Opened again, unless its provider is elsewhere.
void check_open(attempt& x) {
  const auto is_open = x.record().connection_status == "open";
  x.need(is_open == (x.answer.status == 200), "the state is " + x.record().connection_status);
  x.need(is_open || x.to.integration == "WHATSAPP-BAILEYS", "it was not opened");
}

void check_logout(attempt& x) {
  x.need(x.record().connection_status == "close", "it is not logged out");
}

void check_presence(attempt& x) {
  x.need(x.answer_has("Method not available"), "the answer is not that of the handler");
}

std::string token_body(const attempt& x) {
  return app::object_writer{}.text("token", x.text).close();
}

void check_new_token(attempt& x) {
  x.need(x.answer_has(x.text) && x.record().token == x.text, "the token was not replaced");
  need_goodbye(x, x.in.audience_of(x.to));
  x.in.follow_new_token(x.to, x.text);
}

void check_browser_token(attempt& x) {
  const auto start = x.answer.body.find(':') + 2;
  const auto token = x.answer.body.substr(start, x.answer.body.find('"', start) - start);
  const auto said = x.in.signer().read(token);
  x.need(said && said->instance_id == x.to.id, "the answer has no browser token of the instance");
  x.to.browser_token = token;
}

void check_deleted(attempt& x) {
  x.need(!x.in.entry_of(x.to), "it is still there");
  need_goodbye(x, x.in.audience_of(x.to));
  x.need(x.in.settle_tenant(x.to), "it could not be made again");
}

std::vector<std::string> chosen_events(const attempt& x) {
  const auto any = std::hash<std::string>{}(x.text) % selectable_events;
  return {"MESSAGES_UPSERT", std::string{known_event_at(static_cast<catalogue_index>(any)).config_name}};
}

std::string websocket_body(const attempt& x) {
  const auto chosen = chosen_events(x);
  return R"({"websocket":{"enabled":true,"events":[")" + chosen[0] + "\",\"" + chosen[1] + "\"]}}";
}

void check_websocket(attempt& x) {
  x.need(x.record().websocket->events == chosen_events(x), "the events were not stored");
}

std::string webhook_body(const attempt& x) {
  return R"({"webhook":{"enabled":true,"url":)" + json_text("http://" + x.text) + "}}";
}

void check_webhook(attempt& x) {
  x.to.webhook_url = "http://" + x.text;
  x.need(x.record().webhook->url == x.to.webhook_url, "the URL was not stored");
}

void check_webhook_shown(attempt& x) {
  x.need(x.answer_has(x.to.webhook_url), "the answer does not show the webhook");
}

std::string presence_body(const attempt&) {
  return R"({"presence":"available"})";
}

std::string broker_body(const attempt& x) {
  const auto path = x.request.target.substr(1);
  return "{" + json_text(path.substr(0, path.find('/'))) + R"(:{"enabled":true,"events":[]}})";
}

std::string emit_body(const attempt& x) {
  return R"({"event":"messages.upsert","data":{"text":)" + json_text(x.text) + "}}";
}

std::string relay_body(const attempt& x) {
  return R"({"event":"messages.upsert","instance":)" + json_text(x.name) + R"(,"data":{"text":)" + json_text(x.text) +
         "}}";
}

std::string channel_body(const attempt& x) {
  return R"({"numberId":)" + json_text(x.number) +
         R"(,"key":{"remoteJid":"55@s.whatsapp.net","fromMe":false},"message":{"conversation":)" + json_text(x.text) +
         "}}";
}

void check_channel(attempt& x) {
  if (x.answer.body.empty()) // Nobody has the number, as far as this route goes.
    return x.need(x.events.empty() && (x.is_ghost || x.to.integration != "EVOLUTION"), "nothing came of the message");
  x.need(x.to.integration == "EVOLUTION", "a kind without a channel took a message");
  check_event(x);
}

std::string create_body(const attempt& x) {
  return app::object_writer{}
      .text("instanceName", x.name)
      .text("integration", "EVOLUTION")
      .text("token", x.text)
      .text("number", x.number)
      .raw("websocket", R"({"enabled":true,"events":[]})")
      .close();
}

void check_created(attempt& x) {
  x.need(x.answer_has(x.text), "the answer does not show the token");
  check_made(x);
}

void check_history(attempt& x) {
  // A page looks at so many events at most, of whomever they are.
  const auto has_events = x.answer_has(R"("events":[{"offset":)") && x.answer_has(json_text(x.to.name));
  x.need(has_events || !x.answer_has(R"("next":null)"), "the answer has no events");
}

void check_stored_event(attempt& x) {
  x.need(x.answer_has(x.in.kept_event_of(x.to)) && x.answer_has(json_text(x.to.name)), "the answer is another event");
}

void check_listed(attempt& x) {
  x.need(x.answer_has(x.to.id), "the list does not have the instance");
}

void check_metrics(attempt& x) {
  x.need(x.answer_has("arauto_instances 200"), "the answer has no metrics");
}

void check_credentials(attempt& x) {
  x.need(x.answer_has("Credentials are valid"), "the answer is not that of the handler");
}

void check_welcome(attempt& x) {
  x.need(x.answer_has("Welcome"), "the answer is not that of the handler");
}

const std::vector<route_rule> rules{
    {"GET", "/", access::everyone, {200}, no_body, check_welcome},
    {"GET", "/metrics", access::global_key, {200}, no_body, check_metrics},
    {"POST", "/verify-creds", access::global_key, {200}, no_body, check_credentials},

    {"POST", "/instance/create", access::global_key, {201}, create_body, check_created},
    {"GET", "/instance/fetchInstances", access::own_instances, {200}, no_body, check_listed},
    {"GET", "/instance/connect/:instanceName", access::instance_in_path, {200, 400}, no_body, check_open},
    {"POST", "/instance/restart/:instanceName", access::instance_in_path, {200, 400}, no_body, check_open},
    {"POST", "/instance/setPresence/:instanceName", access::instance_in_path, {400}, presence_body, check_presence},
    {"DELETE", "/instance/logout/:instanceName", access::instance_in_path, {200, 400}, no_body, check_logout},
    {"PUT", "/instance/token/:instanceName", access::instance_in_path, {200}, token_body, check_new_token},
    {"POST", "/instance/token/:instanceName", access::instance_in_path, {201}, no_body, check_browser_token},
    {"GET", "/instance/connectionState/:instanceName", access::instance_in_path, {200}, no_body, check_own},
    {"DELETE", "/instance/delete/:instanceName", access::instance_in_path, {200}, no_body, check_deleted},

    {"POST", "/websocket/set/:instanceName", access::instance_in_path, {201}, websocket_body, check_websocket},
    {"GET", "/websocket/find/:instanceName", access::instance_in_path, {200}, no_body, check_own},
    {"POST", "/webhook/set/:instanceName", access::instance_in_path, {201}, webhook_body, check_webhook},
    {"GET", "/webhook/find/:instanceName", access::instance_in_path, {200}, no_body, check_webhook_shown},
    {"POST", "/rabbitmq/set/:instanceName", access::instance_in_path, {201}, broker_body, check_broker},
    {"GET", "/rabbitmq/find/:instanceName", access::instance_in_path, {200}, no_body, check_broker},
    {"POST", "/nats/set/:instanceName", access::instance_in_path, {201}, broker_body, check_broker},
    {"GET", "/nats/find/:instanceName", access::instance_in_path, {200}, no_body, check_broker},
    {"POST", "/sqs/set/:instanceName", access::instance_in_path, {201}, broker_body, check_broker},
    {"GET", "/sqs/find/:instanceName", access::instance_in_path, {200}, no_body, check_broker},
    {"POST", "/kafka/set/:instanceName", access::instance_in_path, {201}, broker_body, check_broker},
    {"GET", "/kafka/find/:instanceName", access::instance_in_path, {200}, no_body, check_broker},

    {"POST", "/webhook/evolution", access::number_in_body, {200}, channel_body, check_channel},
    {"POST", "/webhook/relay", access::instance_in_body, {202}, relay_body, check_relayed},
    {"POST", "/webhook/relay/:event", access::instance_in_body, {202}, relay_body, check_relayed},
    {"POST", "/event/emit/:instance", access::instance_in_path, {202}, emit_body, check_event},
    {"GET", "/event/history/:instance", access::instance_in_path, {200}, no_body, check_history, true},
    {"GET", "/event/:offset", access::event_in_path, {200}, no_body, check_stored_event, true},
};

} // namespace

std::span<const route_rule> route_rules() {
  return rules;
}

const route_rule* find_rule(std::string_view method, std::string_view pattern) {
  const auto at = std::find_if(rules.begin(), rules.end(),
                               [&](const route_rule& x) { return x.method == method && x.pattern == pattern; });
  return at == rules.end() ? nullptr : &*at;
}

} // namespace arauto::isolation
