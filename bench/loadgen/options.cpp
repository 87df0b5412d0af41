#include "bench/loadgen/options.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <map>

namespace arauto::loadgen {

namespace {

const auto mode_names = std::map<std::string, traffic_mode>{{"closed", traffic_mode::closed},
                                                            {"open", traffic_mode::open},
                                                            {"sat", traffic_mode::saturate},
                                                            {"idle", traffic_mode::idle},
                                                            {"storm", traffic_mode::storm}};

void add_server_options(CLI::App& app, options& x) {
  app.add_option("--host", x.host, "IPv4 address of the server")->check(CLI::ValidIPV4);
  app.add_option("--port", x.port, "Port of the server");
  app.add_flag("--tls", x.is_secure, "TLS 1.3 with whatever certificate, also for POSTs");
  app.add_option("--pid", x.pids, "Server processes, PID[,PID..]: their CPU and memory are reported")->delimiter(',');
  app.add_option("--apikey", x.api_key, "Added to the upgrade URL as apikey=..., and {apikey} in --body");
  app.add_option(
      "--metrics-path", x.metrics_path,
      "Prometheus text to read before and after the traffic (header apikey): reports deliveries_per_sendmsg");
  app.add_option("--label", x.label, "Copied to the JSON");
}

void add_connection_options(CLI::App& app, options& x) {
  app.add_option("--conns", x.connections, "Receiving WebSocket connections; 0 is allowed");
  app.add_option("--mod", x.instances, "Number of instances used by {m} and by the producers")
      ->check(CLI::Range(1U, 0xFFFFFFU));
  app.add_option("--ns", x.nsp, "Namespace of a connection, with {i} and {m}; main: the main namespace");
  app.add_option("--ws-path", x.websocket_path, "Path of the upgrade, with {i} and {m}");
  app.add_option("--wsheader", x.websocket_headers, "Further header of upgrades, repeatable")->allow_extra_args(false);
  app.add_flag("--polling", x.is_polling, "Long polling instead of WebSocket: --ws-path has to say so, too");
  app.add_flag("--raw", x.is_raw, "Plain WebSocket: no handshake above it, every frame with a marker counts");
  app.add_option("--conn-concurrency", x.connect_concurrency, "Handshakes under way at once")
      ->check(CLI::PositiveNumber);
  app.add_option("--connect-timeout", x.connect_timeout_s, "Seconds for all handshakes together");
  app.add_option("--silent-every", x.silent_every,
                 "Every so-manieth connection answers no ping and has to be ended by the server; 0: none");
  app.add_option("--filtered-every", x.filtered_every,
                 "Every so-manieth connection adds --filter to its path, and must not receive any event; 0: none");
  app.add_option("--filter", x.filter, "Member of a query that lets no event through");
  app.add_option(
      "--slow-every", x.slow_every,
      "Every so-manieth connection reads slowly: it may be closed, and its events are not waited for; 0: none");
  app.add_option("--slow-rate", x.slow_rate, "Bytes a second that a slow connection reads")
      ->check(CLI::Range(100U, 1U << 20));
  app.add_option("--settle", x.settle_s, "Seconds of rest after connecting, before memory is read");
}

void add_traffic_options(CLI::App& app, options& x) {
  app.add_option("--mode", x.mode,
                 "closed: --inflight events in flight. open: --rate events per second. "
                 "sat: --inflight unanswered POSTs. idle: connections only. "
                 "storm: as open; prints `ready` once all clients have an event, then the server has to end, and its "
                 "successor to come; clients come back as socket.io-client does")
      ->transform(CLI::CheckedTransformer(mode_names).description(""))
      ->default_str("closed");
  app.add_option("--inflight", x.inflight, "Events in flight, or unanswered POSTs")->check(CLI::PositiveNumber);
  app.add_option("--events", x.events, "Closed mode: post exactly so many and wait until all are delivered");
  app.add_option("--rate", x.rate, "Events per second in open mode")->check(CLI::PositiveNumber);
  app.add_option("--warmup", x.warmup_s, "Seconds of traffic before the window opens");
  app.add_option("--secs", x.seconds, "Seconds of the window");
  app.add_option("--drain", x.drain_s, "Seconds to wait for what is under way");
  app.add_option("--patience", x.patience_s, "Storm: seconds until everybody has to be back");
  app.add_flag("--spin", x.spin, "Never sleep, so that no wake-up of this process is paid by the server");
}

void add_event_options(CLI::App& app, options& x) {
  app.add_option("--producers", x.producers, "HTTP connections; an instance always uses the same one")
      ->check(CLI::PositiveNumber);
  app.add_option("--payload", x.payload_bytes, "Bytes of the JSON object {data}");
  app.add_option("--event", x.event_name, "Event name, {event} in --body");
  app.add_option("--path", x.path, "Path of a POST, with {inst}");
  app.add_option("--inst", x.instance_name, "Name of an instance, with {m}");
  app.add_option("--header", x.headers, "Further header of POSTs, repeatable")->allow_extra_args(false);
  auto* body = app.add_option("--body", x.body, "Body of a POST, with {inst} {event} {data} {apikey}");
  app.add_option_function<std::string>(
         "--body-file",
         [&x](const std::string& name) {
           auto file = std::ifstream{name, std::ios::binary};
           x.body.assign(std::istreambuf_iterator<char>{file}, {});
         },
         "As --body, from a file")
      ->check(CLI::ExistingFile)
      ->excludes(body);
}

/// With the numbers of one connection.
std::string expand_own(const options& x, const std::string& text, std::uint32_t index) {
  return expand(text, {{"{i}", std::to_string(index)}, {"{m}", std::to_string(index % x.instances)}});
}

} // namespace

std::string_view name_of(traffic_mode mode) noexcept {
  switch (mode) {
  case traffic_mode::closed:
    return "closed";
  case traffic_mode::open:
    return "open";
  case traffic_mode::saturate:
    return "sat";
  case traffic_mode::idle:
    return "idle";
  case traffic_mode::storm:
    return "storm";
  }
  return "";
}

options parse_options(int argc, char** argv) {
  auto x = options{};
  auto app = CLI::App{"Load generator for Socket.IO event servers. Prints one line of JSON; ends with 1 when an event "
                      "was lost, duplicated, reordered or misrouted, or a connection or POST was refused.",
                      "loadgen"};
  app.option_defaults()->always_capture_default();
  add_server_options(app, x);
  add_connection_options(app, x);
  add_traffic_options(app, x);
  add_event_options(app, x);
  app.callback([&x] {
    if (x.events != 0 && x.mode != traffic_mode::closed)
      throw CLI::ValidationError{"--events", "needs --mode closed"};
    if (x.body.find("{data}") == std::string::npos)
      throw CLI::ValidationError{"--body", "lacks {data}"};
  });
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    std::exit(app.exit(error) == 0 ? 0 : 2);
  }
  x.producers = std::min(x.producers, x.instances);
  return x;
}

std::string path_of(const options& x, std::uint32_t index) {
  auto path = expand_own(x, x.websocket_path, index);
  const auto add = [&path](const std::string& member) {
    path += (path.find('?') == std::string::npos ? '?' : '&') + member;
  };
  if (!x.api_key.empty())
    add("apikey=" + x.api_key);
  if (is_nth(index, x.filtered_every))
    add(x.filter);
  return path;
}

bool is_nth(std::uint32_t index, std::uint32_t every) noexcept {
  return every != 0 && index % every == 0;
}

std::string namespace_of(const options& x, std::uint32_t index) {
  return x.is_main_namespace() ? "" : expand_own(x, x.nsp, index);
}

std::string expand(std::string text, std::initializer_list<std::pair<std::string_view, std::string_view>> values) {
  for (const auto& [key, value] : values)
    for (auto at = text.find(key); at != std::string::npos; at = text.find(key, at + value.size()))
      text.replace(at, key.size(), value);
  return text;
}

} // namespace arauto::loadgen
