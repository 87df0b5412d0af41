#include "app/api/api.hpp"

#include "actors/failure.hpp"
#include "app/api/finish.hpp"
#include "app/api/respond.hpp"
#include "app/api/routes.hpp"
#include "app/api/webhook_access.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

namespace arauto::app {

void api::declare_routes() {
  add("GET", "/", show_welcome);
  if (context_.config.prometheus_metrics)
    add("GET", "/metrics", show_metrics);
  add("POST", "/verify-creds", verify_credentials);

  add("POST", "/instance/create", create_one);
  add("GET", "/instance/fetchInstances", fetch_instances);
  add("GET", "/instance/connect/:instanceName", connect_one);
  add("POST", "/instance/restart/:instanceName", restart_one);
  add("POST", "/instance/setPresence/:instanceName", set_presence);
  add("DELETE", "/instance/logout/:instanceName", log_out_one);
  add("PUT", "/instance/token/:instanceName", replace_token);
  add("POST", "/instance/token/:instanceName", make_browser_token);
  add("GET", "/instance/connectionState/:instanceName", show_connection_state);
  add("DELETE", "/instance/delete/:instanceName", delete_one);

  add("POST", "/websocket/set/:instanceName", configure_websocket);
  add("GET", "/websocket/find/:instanceName", find_websocket);

  add("POST", "/webhook/set/:instanceName", configure_webhook);
  add("GET", "/webhook/find/:instanceName", find_webhook);
  for (const auto* broker : {"rabbitmq", "nats", "sqs", "kafka"}) {
    add("POST", "/" + std::string{broker} + "/set/:instanceName", take_nothing);
    add("GET", "/" + std::string{broker} + "/find/:instanceName", show_nothing);
  }
  add("POST", "/webhook/evolution", take_channel_message);
  add_raw("POST", "/webhook/relay", relay_event);
  add_raw("POST", "/webhook/relay/:event", relay_event);

  add_raw("POST", "/event/emit/:instance", emit_events);
  add("GET", "/event/history/:instance", show_history);
  add("GET", "/event/:offset", show_event);
}

namespace {

/// Reads the body of a route; false when that was answered.
bool take_body(exchange& x) {
  auto refused = read_body(x.asked(), x.body());
  if (refused)
    x.answer(std::move(*refused));
  return !refused;
}

constexpr std::string_view stream_path = "/events/ws";

/// The path of the event streams' WebSocket, asked for without one.
bool is_stream_path(std::string_view path) {
  return path == stream_path || (path.starts_with(stream_path) && path[stream_path.size()] == '/');
}

http::response upgrade_needed(std::string_view path) {
  auto answer =
      error_answer(426, "This is a WebSocket; connect with ws:// or wss://, or take " +
                            std::string{path}.replace(0, stream_path.size(), "/events/sse") + " for plain HTTP");
  answer.set("Upgrade", "websocket");
  return answer;
}

/// What nobody declared: 404, unless the body is broken, as with Evolution.
void answer_unknown(exchange& x) {
  if (!take_body(x))
    return;
  if (x.asked().method == "GET" && is_stream_path(x.asked().path()))
    return x.answer(upgrade_needed(x.asked().path()));
  x.answer(error_answer(404, "Cannot " + x.asked().method + " " + x.asked().target));
}

/// The length that a request head announces.
std::optional<std::size_t> content_length(const http::request& head) {
  const auto text = head.field("content-length");
  std::size_t length = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), length);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size())
    return std::nullopt;
  return length;
}

} // namespace

api::api(const settings& x, api_ports ports)
    : context_{x, std::move(ports), {x.cors_origin, x.cors_methods, x.cors_credentials}, {}} {
  declare_routes();
}

void api::add_raw(std::string method, std::string_view pattern, step handler) {
  routes_.add(std::move(method), pattern,
              [this, handler](http::request&& what, http::path_parameters&& parameters, reply_slot where) {
                const auto x = std::make_shared<exchange>(context_, std::move(what), std::move(parameters), where);
                x->keep_lean();
                x->guarded([&] { handler(x); });
              });
}

void api::add(std::string method, std::string_view pattern, step handler) {
  routes_.add(std::move(method), pattern,
              [this, handler](http::request&& what, http::path_parameters&& parameters, reply_slot where) {
                const auto x = std::make_shared<exchange>(context_, std::move(what), std::move(parameters), where);
                x->guarded([&] {
                  if (take_body(*x))
                    handler(x);
                });
              });
}

void api::handle(http::request what, reply_slot where) {
  if (!contain("api", [&] { route(std::move(what), where); }))
    contain("api", [&] { context_.ports.answers.respond(where, failure_answer()); });
}

void api::route(http::request what, reply_slot where) {
  const auto origin = what.field("origin");
  if (!origin.empty() && !context_.cors.allows_any() && !context_.cors.allows(origin))
    return context_.ports.answers.respond(where, bare(plain_error_answer(500, "Not allowed by CORS")));
  if (what.method == "OPTIONS")
    return context_.ports.answers.respond(where, bare(http::rest_preflight(context_.cors, what)));
  auto found = routes_.find(what.method, what.path());
  if (found.handler)
    return (*found.handler)(std::move(what), std::move(found.parameters), where);
  exchange x{context_, std::move(what), {}, where};
  x.guarded([&x] { answer_unknown(x); });
}

std::size_t api::body_limit(const http::request& head) {
  const auto& config = context_.config;
  const auto full = head.path().starts_with("/webhook/") ? config.http_max_webhook_body : config.http_max_body;
  const auto without_key = std::min(full, config.http_max_body_without_key);
  // Most bodies say that they are small: then nobody has to judge the key twice.
  if (content_length(head).value_or(full) <= without_key)
    return without_key;
  auto limit = without_key;
  contain("api", [&] {
    if (may_send_much(context_, head))
      limit = full;
  });
  return limit;
}

void api::answered(const emit_request& request, unsigned status, std::string_view failure) {
  contain("api", [&] { finish_emit(context_, request, status, failure); });
}

} // namespace arauto::app
