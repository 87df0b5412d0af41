#pragma once

#include "app/env_file.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace arauto::app {

enum class server_type : std::uint8_t { http, https };
enum class event_log_kind : std::uint8_t { disk, memory, off };
enum class websocket_recovery_mode : std::uint8_t { automatic, on, off };
enum class event_date_time_form : std::uint8_t { utc, evolution };

/// Everything that can be set, with its default. A field has the name of its setting in lower case; what it means, its
/// unit and its range stand in the table (settings_table.cpp) and in docs/configuration.md, which is made of it.
/// A value: filled at start-up, never changed after that, so any thread may read it.
struct settings {
  app::server_type server_type = server_type::http;
  std::uint16_t server_port = 8080;
  std::string server_host = "::";
  std::optional<std::string> server_url;
  std::string server_name = "evolution";
  bool server_disable_manager = false;
  std::string ssl_conf_privkey;
  std::string ssl_conf_fullchain;

  std::vector<std::string> cors_origin{"*"};
  std::vector<std::string> cors_methods{"POST", "GET", "PUT", "DELETE"};
  bool cors_credentials = false;

  std::string authentication_api_key;
  bool authentication_expose_in_fetch_instances = false;
  bool fetch_instances_show_tokens = false;
  bool instance_tokens_may_repeat = false;
  bool rest_names_before_key = false;
  std::size_t browser_token_max_ttl = 86400;

  bool websocket_enabled = true;
  bool websocket_global_events = false;
  std::vector<std::string> websocket_allowed_hosts{"127.0.0.1", "::1", "::ffff:127.0.0.1"};
  bool websocket_keyless = false;
  bool websocket_refuse_wrong_key_upgrade = false;
  bool websocket_eio3 = false;
  bool websocket_client_events = false;
  std::size_t websocket_client_event_max_bytes = 1000000;
  std::size_t websocket_client_events_per_second = 100;
  websocket_recovery_mode websocket_recovery = websocket_recovery_mode::automatic;
  std::size_t websocket_max_backlog = 1048576;
  std::size_t websocket_max_namespaces = 1000;
  std::size_t websocket_max_payload = 1000000;
  std::size_t websocket_max_attachments = 10;
  std::chrono::milliseconds websocket_ping_interval{25000};
  std::chrono::milliseconds websocket_ping_timeout{20000};
  std::chrono::milliseconds websocket_upgrade_timeout{10000};
  std::chrono::milliseconds websocket_connect_timeout{45000};
  std::chrono::milliseconds websocket_keyless_connect_timeout{5000};

  event_log_kind event_log = event_log_kind::disk;
  std::chrono::milliseconds event_log_max_age{86400000};
  std::size_t event_log_max_bytes = 2147483648;
  std::size_t event_log_max_disk_percent = 10;
  event_date_time_form event_date_time = event_date_time_form::utc;
  bool event_offset_member = false;

  bool webhook_evolution_keyless = false;
  bool relay_auto_create = false;
  std::string relay_jwt_key;
  bool relay_every_protocol_message = false;
  std::size_t relay_duplicates_max = 1000000;
  std::chrono::milliseconds relay_duplicates_window{3600000};

  std::size_t io_threads = 0;
  std::size_t http_max_body = 16777216;
  std::size_t http_max_webhook_body = 142606336;
  std::size_t http_max_body_total = 536870912;
  std::size_t http_max_body_without_key = 1048576;
  std::chrono::milliseconds http_header_timeout{10000};
  std::chrono::milliseconds http_keep_alive_timeout{65000};
  std::size_t http_max_connections = 0;

  std::string database_connection_client_name = "evolution";
  bool database_save_data_instance = true;
  std::string data_dir = "./data";
  std::size_t instances_max = 100000;
  std::string wa_business_token_webhook = "evolution";

  std::vector<std::string> log_level{"ERROR", "WARN", "INFO", "LOG"};
  bool log_color = false;
  bool log_json = false;
  bool prometheus_metrics = false;
  std::size_t drain_seconds = 10;
  bool demo = false;
};

/// What came of reading the settings. With errors the server must not start: each names the setting, its value and what
/// is allowed. Nothing in here holds the value of a secret but `values`.
struct load_outcome {
  settings values;
  /// Where a value came from, by setting: "environment", the path of the env file, or a flag. Defaults are not in here.
  std::map<std::string, std::string> origins;
  std::vector<std::string> warnings;
  std::vector<std::string> infos;
  std::vector<std::string> errors;
};

/// Reads all settings through the table. Flags win over the environment, the environment over the env file; only the
/// winning text is judged. `flags` has the texts of command-line flags by the name of their setting. Pure.
load_outcome load_settings(const text_map& environment, const env_file& file, const text_map& flags);

/// Which of these (at least one) takes the fewest changed, added or left out characters; the first of equals.
std::string nearest_name(std::string_view name, const std::vector<std::string>& among);

} // namespace arauto::app
