#include "app/backup.hpp"
#include "app/banner.hpp"
#include "app/command_line.hpp"
#include "app/logging.hpp"
#include "app/migrate_env.hpp"
#include "app/server.hpp"
#include "app/service_notice.hpp"
#include "app/settings_docs.hpp"
#include "app/socket_activation.hpp"
#include "app/version.hpp"
#include "net/log.hpp"

#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <iostream>
#include <thread>

namespace arauto::app {

namespace {

constexpr int exit_refused = 1;
/// For actors and stores once clients have ended; it takes far less.
constexpr std::chrono::seconds time_to_flush{10};

void print_problems(const std::vector<std::string>& lines, const char* kind) {
  for (const auto& x : lines)
    std::cerr << kind << ": " << x << '\n';
}

load_outcome load(const command_line& asked) {
  const auto file = load_env_file(asked.env_file.value_or(".env"), asked.env_file.has_value());
  auto loaded = load_settings(process_environment(), file, asked.flags);
  if (auto refusal = refusal_of_known_key(loaded.values.authentication_api_key); !refusal.empty())
    loaded.errors.push_back(std::move(refusal));
  return loaded;
}

/// Warnings about surroundings that are allowed and yet hardly meant.
void warn_of_surroundings(const settings& x) {
  const auto now = std::time(nullptr);
  std::tm local{};
  localtime_r(&now, &local);
  if (local.tm_gmtoff != 0)
    log(log_level::warn, "settings",
        x.event_date_time == event_date_time_form::utc
            ? "the time zone is not UTC; date_time of envelopes is UTC all the same (EVENT_DATE_TIME=utc)"
            : "the time zone is not UTC, so EVENT_DATE_TIME=evolution writes local time with a false Z");
  if (x.websocket_keyless)
    log(log_level::warn, "settings",
        "WEBSOCKET_KEYLESS=true: peers in WEBSOCKET_ALLOWED_HOSTS read every event without a key");
}

/// Blocks SIGINT and SIGTERM in this and all later threads, so that they can be waited for.
sigset_t block_signals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  return set;
}

int await_end(const sigset_t& signals) {
  int signal = 0;
  sigwait(&signals, &signal);
  return signal;
}

/// From now on another signal ends the process at once: the operator does not want to wait.
void end_at_next(const sigset_t& signals) {
  std::thread{[signals] { std::_Exit(128 + await_end(signals)); }}.detach();
}

int run(const load_outcome& loaded) {
  const auto handed_over = take_passed_sockets(); // Before anything else takes their numbers.
  const auto wish = take_notice_wish();
  const auto signals = block_signals();
  const data_directory data{loaded.values.data_dir};
  const auto key = resolve_api_key(loaded.values);
  if (!key.error.empty()) {
    std::cerr << "error: " << key.error << '\n';
    return exit_refused;
  }
  const logging lines{logging_options_of(loaded.values, key.key)};
  for (const auto& x : loaded.infos)
    log(log_level::info, "settings", x);
  for (const auto* list : {&loaded.warnings, &key.warnings})
    for (const auto& x : *list)
      log(log_level::warn, "settings", x);
  if (!handed_over.warning.empty())
    log(log_level::warn, "server", handed_over.warning);
  if (!wish.warning.empty())
    log(log_level::warn, "notify", wish.warning);
  warn_of_surroundings(loaded.values);

  const service_notice notice{wish};
  server running{loaded.values, key.key, data, handed_over.sockets};
  running.start();
  auto shown = loaded.values;
  if (!handed_over.sockets.empty())
    shown.server_host = running.where().address().to_string();
  std::cout << banner(shown, running.where().port(), key, running.instances()) << std::flush;

  notice.ready("Listening on port " + std::to_string(running.where().port()));
  if (wish.watchdog)
    running.watch(*wish.watchdog, [&notice] { notice.alive(); });

  const auto signal = await_end(signals);
  log(log_level::info, "server", signal == SIGINT ? "SIGINT: going down" : "SIGTERM: going down");
  end_at_next(signals);
  // Whoever presses Ctrl-C does not want to wait either.
  const std::chrono::seconds release{signal == SIGTERM ? loaded.values.drain_seconds : 0};
  notice.stopping(running.time_to_stop(release) + time_to_flush);
  running.stop(release);
  return EXIT_SUCCESS;
}

int dispatch(int argc, char** argv) {
  const auto asked = parse_command_line(argc, argv, version);
  switch (asked.command) {
  case command::leave:
    (asked.exit_code == 0 ? std::cout : std::cerr) << asked.text;
    return asked.exit_code;
  case command::print_env_example:
    std::cout << env_example();
    return EXIT_SUCCESS;
  case command::print_config_docs:
    std::cout << configuration_page();
    return EXIT_SUCCESS;
  case command::migrate_env:
    return migrate_env(asked.migrated_file, std::cout, std::cerr);
  default:
    break;
  }
  const auto loaded = load(asked);
  if (!loaded.errors.empty()) {
    print_problems(loaded.warnings, "warning");
    print_problems(loaded.errors, "error");
    return exit_refused;
  }
  const auto& values = loaded.values;
  switch (asked.command) {
  case command::run:
    return run(loaded);
  case command::import_instances:
    return import_instances(asked.imported, values, process_environment(), version, std::cout, std::cerr);
  case command::show_log:
    return show_log(values.data_dir, asked.asked_log, std::cout, std::cerr);
  case command::tail_log:
    return tail_log(values.data_dir, asked.asked_log, std::cout, std::cerr);
  case command::verify_log:
    return verify_log(values.data_dir, std::cout, std::cerr);
  case command::make_backup:
    return make_backup(values.data_dir, asked.backup, version, std::cout, std::cerr);
  case command::restore_backup:
    return restore_backup(asked.backup, values.data_dir, asked.force, std::cout, std::cerr);
  default:
    break;
  }
  print_problems(loaded.warnings, "warning");
  std::cout << (asked.command == command::print_config ? print_config(loaded) : "The configuration is valid.\n");
  return EXIT_SUCCESS;
}

} // namespace

} // namespace arauto::app

int main(int argc, char** argv) {
  try {
    return arauto::app::dispatch(argc, argv);
  } catch (const std::exception& x) {
    std::cerr << "error: " << x.what() << '\n';
    return 1;
  }
}
