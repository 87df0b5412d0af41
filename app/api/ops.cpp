#include "app/api/object_writer.hpp"
#include "app/api/respond.hpp"
#include "app/api/routes.hpp"

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <sstream>

namespace arauto::app {

namespace {

/// What clients of Evolution compare.
constexpr auto evolution_version = "2.3.6";
constexpr auto whatsapp_web_version = "2.3000.1028401180";

struct metric_row {
  counter io_counters::*value;
  const char* name;
  prometheus::MetricType type;
  const char* help;
};

constexpr auto rising = prometheus::MetricType::Counter;
constexpr auto level = prometheus::MetricType::Gauge;

constexpr metric_row metrics[] = {
    {&io_counters::accepted_sockets, "arauto_accepted_sockets_total", rising, "TCP connections accepted"},
    {&io_counters::refused_sockets, "arauto_refused_sockets_total", rising, "TCP connections refused at a limit"},
    {&io_counters::open_sockets, "arauto_open_sockets", level, "TCP connections open now"},
    {&io_counters::sendmsg_calls, "arauto_sendmsg_calls_total", rising, "Calls of sendmsg"},
    {&io_counters::bytes_sent, "arauto_sent_bytes_total", rising, "Bytes sent"},
    {&io_counters::bytes_received, "arauto_received_bytes_total", rising, "Bytes received"},
    {&io_counters::http_requests, "arauto_http_requests_total", rising, "HTTP requests read"},
    {&io_counters::http_bad_requests, "arauto_http_bad_requests_total", rising, "HTTP requests that were malformed"},
    {&io_counters::http_timeouts, "arauto_http_timeouts_total", rising, "HTTP peers closed at a deadline"},
    {&io_counters::orphaned_answers, "arauto_orphaned_answers_total", rising, "Answers whose peer was gone"},
    {&io_counters::handshakes, "arauto_handshakes_total", rising, "Engine.IO handshakes let in"},
    {&io_counters::refused_handshakes, "arauto_refused_handshakes_total", rising, "Engine.IO handshakes refused"},
    {&io_counters::open_connections, "arauto_open_connections", level, "Engine.IO connections open now"},
    {&io_counters::open_websocket_readers, "arauto_open_websocket_readers", level,
     "WebSockets of which long, fragmented or control frames are being read"},
    {&io_counters::upgrades, "arauto_upgrades_total", rising, "Upgrades from polling to WebSocket"},
    {&io_counters::backlog_overflows, "arauto_backlog_overflows_total", rising,
     "Times that a client had no room for more; without a log its connection is closed"},
    {&io_counters::ping_timeouts, "arauto_ping_timeouts_total", rising, "Connections closed for a missing pong"},
    {&io_counters::protocol_errors, "arauto_protocol_errors_total", rising,
     "Connections closed for a malformed packet"},
    {&io_counters::open_streams, "arauto_open_streams", level,
     "Event streams (WebSocket or SSE) without Socket.IO now"},
    {&io_counters::fallen_behind, "arauto_fallen_behind_total", rising,
     "Times that a slow client went over to the log"},
    {&io_counters::replayed_events, "arauto_replayed_events_total", rising, "Events delivered from the log"},
    {&io_counters::recovered_sessions, "arauto_recovered_sessions_total", rising,
     "Sessions that went on where their client was"},
    {&io_counters::unrecovered_sessions, "arauto_unrecovered_sessions_total", rising,
     "Clients that came back and got a new session"},
    {&io_counters::refused_streams, "arauto_refused_streams_total", rising, "Event streams refused"},
    {&io_counters::open_sessions, "arauto_open_sessions", level, "Sessions in namespaces now"},
    {&io_counters::refused_sessions, "arauto_refused_sessions_total", rising, "CONNECT packets refused"},
    {&io_counters::emitted_events, "arauto_emitted_events_total", rising, "Events accepted from producers"},
    {&io_counters::refused_emits, "arauto_refused_emits_total", rising, "Requests with events that were refused"},
    {&io_counters::deliveries, "arauto_deliveries_total", rising, "Events handed to sessions"},
    {&io_counters::client_events, "arauto_client_events_total", rising, "Events that clients emitted"},
    {&io_counters::dropped_client_events, "arauto_dropped_client_events_total", rising, "Client events not passed on"},
    {&io_counters::dropped_volatile_packets, "arauto_dropped_volatile_packets_total", rising,
     "Volatile packets that a client could not take at once"},
    {&io_counters::forgotten_acks, "arauto_forgotten_acks_total", rising,
     "Acknowledgements nobody waits for any more, since a client owes too many"},
    {&io_counters::relayed_events, "arauto_relayed_events_total", rising, "Webhooks of Evolution API taken as events"},
    {&io_counters::relay_duplicates, "arauto_relay_duplicates_total", rising, "Relayed bodies that had come before"},
    {&io_counters::relay_drops, "arauto_relay_drops_total", rising, "Relayed bodies that are no event for clients"},
    {&io_counters::expired_sessions, "arauto_expired_sessions_total", rising, "Sessions whose browser token expired"},
};

std::uint64_t sum(const api_ports& ports, counter io_counters::*member) {
  std::uint64_t total = 0;
  for (const auto* one : ports.counters)
    total += (one->*member).get();
  return total;
}

prometheus::MetricFamily family(const char* name, const char* help, prometheus::MetricType type, double value) {
  prometheus::MetricFamily x{name, help, type, {}};
  auto& metric = x.metric.emplace_back();
  if (type == rising)
    metric.counter.value = value;
  else
    metric.gauge.value = value;
  return x;
}

void add_log(std::vector<prometheus::MetricFamily>& to, const event_history& log) {
  const auto now = log.places();
  to.push_back(family("arauto_event_log_failing", "1 while the event log takes no events and producers get 503", level,
                      log.failure().empty() ? 0 : 1));
  to.push_back(family("arauto_event_log_last", "Number of the last event that the log has", rising,
                      static_cast<double>(now.last)));
  to.push_back(family("arauto_event_log_purged_through", "Number of the last event that the log has dropped", level,
                      static_cast<double>(now.extent ? now.extent->purged_through : 0)));
}

} // namespace

void show_welcome(const exchange_ptr& x) {
  const auto& config = x->home().config;
  object_writer out;
  out.number("status", 200)
      .text("message", "Welcome to the Evolution API, it is working!")
      .text("version", evolution_version)
      .text("clientName", config.database_connection_client_name);
  if (!config.server_disable_manager)
    out.text("manager",
             (x->asked().is_secure ? "https://" : "http://") + std::string{x->asked().field("host")} + "/manager");
  out.text("documentation", "https://doc.evolution-api.com").text("whatsappWebVersion", whatsapp_web_version);
  x->answer(json_answer(200, out.close()));
}

void verify_credentials(const exchange_ptr& x) {
  if (admit_global(*x))
    x->answer(json_answer(200, object_writer{}.number("status", 200).text("message", "Credentials are valid").close()));
}

void show_metrics(const exchange_ptr& x) {
  if (!admit_global(*x))
    return;
  auto& ports = x->home().ports;
  std::vector<prometheus::MetricFamily> families;
  for (const auto& row : metrics)
    families.push_back(family(row.name, row.help, row.type, static_cast<double>(sum(ports, row.value))));
  families.push_back(family("arauto_actor_failures_total", "Exceptions caught in handlers", rising,
                            static_cast<double>(handler_failures())));
  families.push_back(family("arauto_instances", "Instances", level, static_cast<double>(ports.directory.get().size())));
  if (ports.history != nullptr)
    add_log(families, *ports.history);
  std::ostringstream text;
  prometheus::TextSerializer{}.Serialize(text, families);
  http::response answer;
  answer.set("Content-Type", "text/plain; charset=utf-8; version=0.0.4");
  answer.set("Cache-Control", "no-cache, no-store, must-revalidate");
  answer.body = text.str();
  x->answer(std::move(answer));
}

} // namespace arauto::app
