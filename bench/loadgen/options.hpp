#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <utility>
#include <vector>

namespace arauto::loadgen {

/// How events are offered to the server.
enum class traffic_mode {
  /// A fixed number of events in flight; the next is posted when one has reached all its receivers.
  closed,
  /// A fixed rate; latency counts from the intended moment, so a stalled server cannot hide its queue.
  open,
  /// A fixed number of unanswered POSTs.
  saturate,
  /// Connections only.
  idle,
  /// A low rate, while the server is restarted under its clients and they come back.
  storm
};

std::string_view name_of(traffic_mode mode) noexcept;

/// One run, as the command line describes it. Templates know {i} (connection), {m} (its instance's number), {inst},
/// {event}, {data} and {apikey}, each where the help text says so.
struct options {
  std::string host = "127.0.0.1";
  std::uint16_t port = 3000;
  std::vector<pid_t> pids;
  bool is_secure = false;
  bool is_polling = false;
  std::string api_key;
  std::string metrics_path;

  std::uint32_t connections = 0;
  std::uint32_t instances = 1;
  std::string nsp = "/inst{m}";
  std::string websocket_path = "/socket.io/?EIO=4&transport=websocket";
  std::vector<std::string> websocket_headers;
  bool is_raw = false;
  std::uint32_t connect_concurrency = 256;
  double connect_timeout_s = 60;
  double settle_s = 0.5;
  /// Every so-manieth connection asks for `filter` and must not receive any event; 0: none.
  std::uint32_t filtered_every = 0;
  std::string filter = "events=call";
  /// Every so-manieth connection reads at most `slow_rate` bytes a second; 0: none. Nobody waits for its events.
  std::uint32_t slow_every = 0;
  std::uint32_t slow_rate = 4096;
  /// Every so-manieth connection answers no ping; 0: none.
  std::uint32_t silent_every = 0;

  traffic_mode mode = traffic_mode::closed;
  std::uint32_t inflight = 1;
  /// Closed mode: exactly so many events, however long they take. 0: as many as fit into `seconds`.
  std::uint64_t events = 0;
  double rate = 1000;
  double warmup_s = 1;
  double seconds = 5;
  /// Longest wait for what is under way after the window; with `events`, longest time without any progress.
  double drain_s = 5;
  bool spin = false;
  /// Storm: longest time until everybody is back.
  double patience_s = 60;

  std::uint32_t producers = 1;
  std::uint32_t payload_bytes = 512;
  std::string event_name = "messages.upsert";
  std::string path = "/event/emit/{inst}";
  std::string instance_name = "inst{m}";
  std::vector<std::string> headers;
  std::string body = R"({"event":"{event}","instance":"{inst}","data":{data},"server_url":"http://localhost:8080",)"
                     R"("date_time":"2025-01-01T00:00:00.000Z","sender":"5511999999999@s.whatsapp.net",)"
                     R"("apikey":"{apikey}"})";
  std::string label;

  bool is_main_namespace() const noexcept { return nsp == "main"; }
};

/// Reads the command line. Prints and ends the process when it asks for help or makes no sense.
options parse_options(int argc, char** argv);

/// Whether it is one of every so many; never for 0.
bool is_nth(std::uint32_t index, std::uint32_t every) noexcept;

/// What connection number `index` asks for in its upgrade, with the key.
std::string path_of(const options& x, std::uint32_t index);
/// Its namespace; empty for the main one.
std::string namespace_of(const options& x, std::uint32_t index);

/// Replaces every occurrence of each key.
std::string expand(std::string text, std::initializer_list<std::pair<std::string_view, std::string_view>> values);

} // namespace arauto::loadgen
