#include "app/settings_table.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <type_traits>
#include <utility>

namespace arauto::app {

namespace {

using s = settings;

constexpr std::uint64_t bytes_max = 4294967296;
constexpr std::uint64_t day_ms = 86400000;

constexpr std::array<std::string_view, 2> server_types = {"http", "https"};
constexpr std::array<std::string_view, 3> event_logs = {"disk", "memory", "off"};
constexpr std::array old_event_logs = {old_name{"sqlite", "disk"}};
constexpr std::array<std::string_view, 3> recovery_modes = {"auto", "on", "off"};
constexpr std::array<std::string_view, 2> event_date_times = {"utc", "evolution"};
constexpr std::array<std::string_view, 9> log_levels = {"ERROR",   "WARN", "DEBUG",    "INFO",     "LOG",
                                                        "VERBOSE", "DARK", "WEBHOOKS", "WEBSOCKET"};

template <auto Member>
choice_field choice(std::span<const std::string_view> names, std::span<const old_name> old_names = {}) {
  using value_type = std::remove_cvref_t<decltype(std::declval<settings&>().*Member)>;
  return {[](const settings& x) { return static_cast<std::size_t>(x.*Member); },
          [](settings& x, std::size_t index) { x.*Member = static_cast<value_type>(index); }, names, old_names};
}

bool is_address(const std::string& text) {
  in6_addr out{};
  return inet_pton(AF_INET, text.c_str(), &out) == 1 ||
         inet_pton(AF_INET6, text.substr(0, text.find('%')).c_str(), &out) == 1;
}

std::vector<setting> server_rows() {
  return {
      {"SERVER_TYPE", "`https` needs both `SSL_CONF_` settings.", choice<&s::server_type>(server_types)},
      {"SERVER_PORT",
       "TCP port. `0` takes a free one, which the start-up message names (Evolution API takes 8080 then).",
       number_field{&s::server_port, 0, 65535}, "--port"},
      {"SERVER_HOST", "Address to listen on. `::` takes IPv6 and IPv4; on a machine without IPv6 it means all of IPv4.",
       text_field{&s::server_host, is_address, "an IPv4 or IPv6 address"}},
      {"SERVER_URL",
       "Address under which clients know this server: `server_url` of every event, which is left out when this is "
       "unset.",
       optional_text_field{&s::server_url}},
      {"SERVER_NAME", "Name of this server.", text_field{&s::server_name}},
      {"SERVER_DISABLE_MANAGER", "Leaves the address of the manager out of the answer to `GET /`.",
       boolean_field{&s::server_disable_manager}},
      {"SSL_CONF_PRIVKEY", "Path of the private key (PEM).", text_field{&s::ssl_conf_privkey}},
      {"SSL_CONF_FULLCHAIN", "Path of the certificate and its chain (PEM).", text_field{&s::ssl_conf_fullchain}},
      {"IO_THREADS", "Threads that serve sockets. `0`: one per core.", number_field{&s::io_threads, 0, 64}},
      {"DATA_DIR", "Directory of everything that outlives the process; made with mode 0700 when it is not there.",
       text_field{&s::data_dir}, "--data-dir"},
      {"DEMO", "Creates the instance `demo`, which emits invented events.", boolean_field{&s::demo}, "--demo"},
  };
}

std::vector<setting> access_rows() {
  return {
      {"AUTHENTICATION_API_KEY",
       "The global key. When it is unset, a random one is made at the first start and kept in `api-key` in the data "
       "directory, readable by its owner only. The well-known default keys of Evolution API are refused.",
       text_field{&s::authentication_api_key},
       {},
       true},
      {"AUTHENTICATION_EXPOSE_IN_FETCH_INSTANCES", "Puts the token of the instance into `apikey` of every event.",
       boolean_field{&s::authentication_expose_in_fetch_instances}},
      {"FETCH_INSTANCES_SHOW_TOKENS",
       "Shows every token in `GET /instance/fetchInstances`, as Evolution API does. Else only with "
       "`AUTHENTICATION_EXPOSE_IN_FETCH_INSTANCES=true`, and to callers who came with the token itself.",
       boolean_field{&s::fetch_instances_show_tokens}},
      {"INSTANCE_TOKENS_MAY_REPEAT",
       "Lets a new instance have the token of another one, or the global key as its token, as in Evolution API.",
       boolean_field{&s::instance_tokens_may_repeat}},
      {"REST_NAMES_BEFORE_KEY",
       "Says whether an instance exists before it looks at the key, as Evolution API does: then names can be probed "
       "without one.",
       boolean_field{&s::rest_names_before_key}},
      {"BROWSER_TOKEN_MAX_TTL", "Longest life of a browser token (`POST /instance/token/:name`).",
       number_field{&s::browser_token_max_ttl, 1, 31536000, "seconds"}},
      {"CORS_ORIGIN",
       "Origins that may read answers, or `*`. With a list, Socket.IO handshakes from another origin are refused.",
       list_field{&s::cors_origin}},
      {"CORS_METHODS", "Methods that a preflight allows.", list_field{&s::cors_methods}},
      {"CORS_CREDENTIALS", "Lets browsers send credentials.", boolean_field{&s::cors_credentials}},
  };
}

std::vector<setting> websocket_rows() {
  return {
      {"WEBSOCKET_ENABLED", "Serves Socket.IO clients. (Default in Evolution API: `false`.)",
       boolean_field{&s::websocket_enabled}},
      {"WEBSOCKET_GLOBAL_EVENTS", "Global mode: all events of all instances on the namespace `/` too.",
       boolean_field{&s::websocket_global_events}},
      {"WEBSOCKET_ALLOWED_HOSTS",
       "Addresses that need no key if `WEBSOCKET_KEYLESS` is on; alone it grants nothing. `*` is no address, and a "
       "request with a forwarding header never counts.",
       list_field{&s::websocket_allowed_hosts, true, true}},
      {"WEBSOCKET_KEYLESS",
       "Lets clients at `WEBSOCKET_ALLOWED_HOSTS` in without a key, as Evolution API does by default. Behind a reverse "
       "proxy on the same machine that may be everybody.",
       boolean_field{&s::websocket_keyless}},
      {"WEBSOCKET_REFUSE_WRONG_KEY_UPGRADE",
       "Answers a WebSocket handshake with a wrong or missing key by HTTP 400, as Evolution API does, which no browser "
       "shows to its page. Else the client gets a readable `connect_error`.",
       boolean_field{&s::websocket_refuse_wrong_key_upgrade}},
      {"WEBSOCKET_EIO3", "Serves old clients, too: Engine.IO 3, as `socket.io-client` 1 and 2 speak it.",
       boolean_field{&s::websocket_eio3}},
      {"WEBSOCKET_CLIENT_EVENTS",
       "What a client emits in the namespace of an instance reaches the other clients there.",
       boolean_field{&s::websocket_client_events}},
      {"WEBSOCKET_CLIENT_EVENT_MAX_BYTES",
       "Arguments and attachments of one such event together; a larger one is refused in its acknowledgement.",
       number_field{&s::websocket_client_event_max_bytes, 1, bytes_max, "bytes"}},
      {"WEBSOCKET_CLIENT_EVENTS_PER_SECOND",
       "Such events that one session may send per second; what is more is refused in its acknowledgement. 0: no limit.",
       number_field{&s::websocket_client_events_per_second, 0, 1000000}},
      {"WEBSOCKET_RECOVERY",
       "Which clients of `socket.io-client` 4.6 and later get back what they missed, without a line of code. They get "
       "the "
       "offset of each event as a last argument. `auto`: browsers, and who asks (`recovery: true` in `auth`, or "
       "`recovery=true` in the query). Needs an event log.",
       choice<&s::websocket_recovery>(recovery_modes)},
      {"WEBSOCKET_MAX_BACKLOG",
       "What may wait for one slow client. Beyond it the client reads from the event log at its own pace until it has "
       "caught up; without a log it is disconnected. An empty queue takes one event of any size.",
       number_field{&s::websocket_max_backlog, 1, bytes_max, "bytes"}},
      {"WEBSOCKET_MAX_NAMESPACES", "Namespaces that one connection may be in.",
       number_field{&s::websocket_max_namespaces, 1, 1000000}},
      {"WEBSOCKET_MAX_PAYLOAD", "Largest message of a client.",
       number_field{&s::websocket_max_payload, 1, bytes_max, "bytes"}},
      {"WEBSOCKET_MAX_ATTACHMENTS", "Binary attachments that one message of a client may have.",
       number_field{&s::websocket_max_attachments, 0, 1000}},
      {"WEBSOCKET_PING_INTERVAL", "Time between two pings to a client.",
       number_field{&s::websocket_ping_interval, 1, day_ms, "ms"}},
      {"WEBSOCKET_PING_TIMEOUT", "Time that a client has for its pong.",
       number_field{&s::websocket_ping_timeout, 1, day_ms, "ms"}},
      {"WEBSOCKET_UPGRADE_TIMEOUT", "Time for the change from polling to WebSocket.",
       number_field{&s::websocket_upgrade_timeout, 1, day_ms, "ms"}},
      {"WEBSOCKET_CONNECT_TIMEOUT", "Time until a connection has to be in a namespace.",
       number_field{&s::websocket_connect_timeout, 1, day_ms, "ms"}},
      {"WEBSOCKET_KEYLESS_CONNECT_TIMEOUT", "The same, for a connection that came without a key.",
       number_field{&s::websocket_keyless_connect_timeout, 1, day_ms, "ms"}},
  };
}

std::vector<setting> event_rows() {
  return {
      {"EVENT_LOG",
       "Where events are kept. `disk` (or `sqlite`, its old name): in the data directory, synced before anybody hears "
       "of them. `memory`: until the process ends. `off`: nowhere; then nobody gets what came while he was away.",
       choice<&s::event_log>(event_logs, old_event_logs)},
      {"EVENT_LOG_MAX_AGE", "Events older than that go.", number_field{&s::event_log_max_age, 1, 366 * day_ms, "ms"}},
      {"EVENT_LOG_MAX_BYTES", "Beyond that the oldest events go.",
       number_field{&s::event_log_max_bytes, 1, std::uint64_t{1} << 50, "bytes"}},
      {"EVENT_LOG_MAX_DISK_PERCENT", "The log takes at most that share of the disk space that is left for it.",
       number_field{&s::event_log_max_disk_percent, 1, 100}},
      {"EVENT_DATE_TIME",
       "`date_time` of our own events. `evolution`: local time with a false `Z`, as Evolution API writes it.",
       choice<&s::event_date_time>(event_date_times)},
      {"EVENT_OFFSET_MEMBER",
       "Ends each envelope with a member `offset`, for clients that keep their place themselves.",
       boolean_field{&s::event_offset_member}},
      {"INSTANCES_MAX", "Instances that may exist.", number_field{&s::instances_max, 1, 10000000}},
      {"DATABASE_CONNECTION_CLIENT_NAME", "`clientName` of instances and metrics.",
       text_field{&s::database_connection_client_name}},
      {"DATABASE_SAVE_DATA_INSTANCE",
       "Lets an instance token use `GET /instance/fetchInstances`. Instances are kept either way. (Default in "
       "Evolution API: `false`.)",
       boolean_field{&s::database_save_data_instance}},
      {"WA_BUSINESS_TOKEN_WEBHOOK",
       "Token that Meta has to present for its webhook.",
       text_field{&s::wa_business_token_webhook},
       {},
       true},
  };
}

std::vector<setting> webhook_rows() {
  return {
      {"WEBHOOK_EVOLUTION_KEYLESS",
       "Takes `POST /webhook/evolution` from anyone, as Evolution API does. Else it needs the global key or the token "
       "of the instance, as `apikey` in the header or the query.",
       boolean_field{&s::webhook_evolution_keyless}},
      {"RELAY_JWT_KEY",
       "The `jwt_key` of Evolution API's webhooks: `POST /webhook/relay` then takes the signed `Authorization` of such "
       "a webhook instead of a key.",
       text_field{&s::relay_jwt_key},
       {},
       true},
      {"RELAY_AUTO_CREATE",
       "Creates the instance of a relayed event when there is none. Else the answer is 503, so that Evolution API "
       "tries again.",
       boolean_field{&s::relay_auto_create}},
      {"RELAY_EVERY_PROTOCOL_MESSAGE",
       "Passes on a relayed `messages.edited` that edits nothing: Evolution API sends one for every protocol message.",
       boolean_field{&s::relay_every_protocol_message}},
      {"RELAY_DUPLICATES_WINDOW", "Time during which the same body is taken once.",
       number_field{&s::relay_duplicates_window, 1, day_ms, "ms"}},
      {"RELAY_DUPLICATES_MAX", "Bodies that are remembered for that; the oldest are forgotten first.",
       number_field{&s::relay_duplicates_max, 1, 100000000}},
  };
}

std::vector<setting> http_rows() {
  return {
      {"HTTP_MAX_BODY", "Largest request body.", number_field{&s::http_max_body, 1, bytes_max, "bytes"}},
      {"HTTP_MAX_WEBHOOK_BODY", "The same for `/webhook/` routes, where media arrives inline.",
       number_field{&s::http_max_webhook_body, 1, bytes_max, "bytes"}},
      {"HTTP_MAX_BODY_TOTAL", "What all request bodies together may take; beyond it the answer is 503.",
       number_field{&s::http_max_body_total, 1, bytes_max * 16, "bytes"}},
      {"HTTP_MAX_BODY_WITHOUT_KEY", "Largest body of a request without a valid key.",
       number_field{&s::http_max_body_without_key, 1, bytes_max, "bytes"}},
      {"HTTP_HEADER_TIMEOUT", "Time for the head of a request, and for the TLS handshake.",
       number_field{&s::http_header_timeout, 1, day_ms, "ms"}},
      {"HTTP_KEEP_ALIVE_TIMEOUT", "Time that an idle connection stays open.",
       number_field{&s::http_keep_alive_timeout, 1, day_ms, "ms"}},
      {"HTTP_MAX_CONNECTIONS", "Sockets that may be open. `0`: what the limit on file descriptors allows.",
       number_field{&s::http_max_connections, 0, 10000000}},
  };
}

std::vector<setting> operation_rows() {
  return {
      {"LOG_LEVEL",
       "Which lines are logged: a set of names, not a threshold. `WEBHOOKS` and `WEBSOCKET` log every event. (Default "
       "in Evolution API: all.)",
       list_field{&s::log_level, false, true, log_levels}},
      {"LOG_COLOR", "Colours in the log.", boolean_field{&s::log_color}},
      {"LOG_JSON", "Logs one JSON object per line.", boolean_field{&s::log_json}},
      {"PROMETHEUS_METRICS", "Serves `GET /metrics`.", boolean_field{&s::prometheus_metrics}},
      {"DRAIN_SECONDS",
       "Time over which clients are released evenly after SIGTERM, so that they do not all reconnect at once. `0`: at "
       "once, as with SIGINT, and where somebody holds the listening socket for the next process.",
       number_field{&s::drain_seconds, 0, 3600, "seconds"}},
  };
}

} // namespace

const std::vector<setting_group>& settings_table() {
  static const std::vector<setting_group> table = {
      {"Server", server_rows()},       {"Access", access_rows()},    {"Socket.IO", websocket_rows()},
      {"Events", event_rows()},        {"Webhooks", webhook_rows()}, {"HTTP", http_rows()},
      {"Operation", operation_rows()},
  };
  return table;
}

const setting* find_setting(std::string_view name) {
  for (const auto& group : settings_table())
    for (const auto& row : group.rows)
      if (row.name == name)
        return &row;
  return nullptr;
}

} // namespace arauto::app
