#include "tests/conformance/options.hpp"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <CLI/Validators.hpp>

#include <iostream>

namespace arauto::conformance {

namespace {

using std::chrono::milliseconds;

constexpr int exit_refused = 2;

/// What the command line may say; absent means the profile's value.
struct given {
  std::string profile = "B";
  std::vector<std::string> hosts;
  std::optional<std::uint16_t> port;
  std::size_t io_threads = 2;
  std::optional<std::int64_t> ping_interval, ping_timeout, connect_timeout, upgrade_timeout;
  std::optional<std::size_t> max_payload;
  bool eio3 = false;
  bool forbid = false;
  std::string cookie;
  std::optional<std::string> cors;
  bool cors_credentials = false;
  std::vector<std::string> cors_methods, cors_headers;
  std::optional<std::uint32_t> cors_max_age;
  bool recovery = false;
  std::optional<std::string> redis, redis_adapter;
};

void add_options(CLI::App& app, given& x) {
  app.add_option("--profile", x.profile, "A, B, C or D")->check(CLI::IsMember({"A", "B", "C", "D"}));
  app.add_option("--host", x.hosts, "addresses to listen at");
  app.add_option("--port", x.port, "0: the kernel chooses (default; profile D: 3000)");
  app.add_option("--io-threads", x.io_threads)->check(CLI::Range(1, 64));
  app.add_option("--ping-interval", x.ping_interval, "milliseconds")->check(CLI::PositiveNumber);
  app.add_option("--ping-timeout", x.ping_timeout, "milliseconds")->check(CLI::PositiveNumber);
  app.add_option("--connect-timeout", x.connect_timeout, "milliseconds")->check(CLI::PositiveNumber);
  app.add_option("--upgrade-timeout", x.upgrade_timeout, "milliseconds")->check(CLI::PositiveNumber);
  app.add_option("--max-payload", x.max_payload, "bytes")->check(CLI::PositiveNumber);
  app.add_flag("--eio3", x.eio3, "Engine.IO 3 is spoken, too");
  app.add_flag("--forbid", x.forbid, "every handshake is refused");
  app.add_option("--cookie", x.cookie, "name of the cookie with the sid");
  app.add_option("--cors", x.cors, "'*', 'off', or origins with commas between them");
  app.add_flag("--cors-credentials", x.cors_credentials);
  app.add_option("--cors-methods", x.cors_methods)->delimiter(',');
  app.add_option("--cors-headers", x.cors_headers)->delimiter(',');
  app.add_option("--cors-max-age", x.cors_max_age, "seconds");
  app.add_flag("--recovery", x.recovery, "connection state recovery (profile C: always)");
  app.add_option("--redis", x.redis, "not there yet");
  app.add_option("--redis-adapter", x.redis_adapter, "not there yet");
}

std::vector<std::string> split(const std::string& text) {
  std::vector<std::string> parts;
  std::size_t from = 0;
  for (std::size_t at = 0; at != std::string::npos; from = at + 1) {
    at = text.find(',', from);
    parts.push_back(text.substr(from, at == std::string::npos ? at : at - from));
  }
  return parts;
}

http::cors_policy cors_of(const given& x) {
  http::cors_policy policy;
  policy.is_on = x.cors.value_or("*") != "off";
  policy.origins = split(x.cors.value_or("*"));
  policy.methods = x.cors_methods.empty() ? std::vector<std::string>{"GET", "HEAD", "PUT", "PATCH", "POST", "DELETE"}
                                          : x.cors_methods;
  policy.allowed_headers = x.cors_headers;
  policy.max_age = x.cors_max_age;
  policy.credentials = x.cors_credentials;
  return policy;
}

options options_of(const given& x) {
  options to;
  to.profile = static_cast<profile>(x.profile.front());
  switch (to.profile) {
  case profile::a:
    to.ping_interval = milliseconds{300};
    to.ping_timeout = milliseconds{200};
    to.connect_timeout = milliseconds{1000};
    break;
  case profile::b:
    break;
  case profile::c:
    to.ping_interval = milliseconds{2000};
    to.handshake_delay = milliseconds{10};
    to.recovery = true;
    break;
  case profile::d:
    to.ping_interval = milliseconds{500};
    to.max_payload = 100;
    to.port = 3000;
    to.hosts = {"127.0.0.1", "::1"}; // A suite that says localhost may mean either.
    break;
  }
  if (!x.hosts.empty())
    to.hosts = x.hosts;
  to.port = x.port.value_or(to.port);
  to.io_threads = x.io_threads;
  const auto set = [](milliseconds& member, const std::optional<std::int64_t>& value) {
    if (value)
      member = milliseconds{*value};
  };
  set(to.ping_interval, x.ping_interval);
  set(to.ping_timeout, x.ping_timeout);
  set(to.connect_timeout, x.connect_timeout);
  set(to.upgrade_timeout, x.upgrade_timeout);
  to.max_payload = x.max_payload.value_or(to.max_payload);
  to.eio3 = x.eio3;
  to.cookie = x.cookie;
  to.cors = cors_of(x);
  to.forbid = x.forbid;
  to.recovery = to.recovery || x.recovery;
  return to;
}

} // namespace

command_line read_command_line(int count, const char* const* words) {
  CLI::App app{"A server with the behaviours that protocol and client test suites expect.", "conformance-server"};
  given x;
  add_options(app, x);
  try {
    app.parse(count, words);
  } catch (const CLI::ParseError& e) {
    return {{}, app.exit(e) == 0 ? 0 : exit_refused};
  }
  if (x.redis || x.redis_adapter) {
    std::cerr << "error: --redis and --redis-adapter need a cluster, which this server does not have; leave them out\n";
    return {{}, exit_refused};
  }
  return {options_of(x), std::nullopt};
}

} // namespace arauto::conformance
