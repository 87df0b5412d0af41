#include "bench/loadgen/client_pool.hpp"
#include "bench/loadgen/process_stats.hpp"
#include "bench/loadgen/report.hpp"
#include "bench/loadgen/server_counters.hpp"
#include "bench/loadgen/storm.hpp"
#include "bench/loadgen/traffic.hpp"

#include <exception>
#include <iostream>
#include <memory>

namespace {

using namespace arauto::loadgen;

/// Descriptors besides those of connections and producers.
constexpr std::uint64_t spare_descriptors = 20;

std::optional<server_counters> counters_of(const options& opts) {
  return opts.metrics_path.empty() ? std::nullopt : read_server_counters(opts);
}

/// The server's counters are read in the quiet before and after all traffic, where asking disturbs nothing.
void run_traffic(run_state& run, client_pool& clients, const watched_processes& server, measurements& found) {
  const auto before = counters_of(run.opts);
  found.window = traffic{run, clients, server}.run();
  const auto after = counters_of(run.opts);
  if (before && after)
    found.counted_by_server =
        server_counters{after->sendmsg_calls - before->sendmsg_calls, after->deliveries - before->deliveries};
}

measurements measure(run_state& run) {
  const auto server = watched_processes{run.opts.pids};
  auto found = measurements{};
  auto clients = client_pool{run};
  run.poll.set_spinning(run.opts.spin);
  found.memory_before = server.memory();
  const auto before = server.cpu();
  found.connect_seconds = clients.connect_all();
  found.connecting = between(before, server.cpu());
  clients.rest(run.opts.settle_s);
  found.settling = between(before, server.cpu());
  found.memory_connected = server.memory();
  const bool nobody_listens = run.opts.connections > 0 && run.count.subscribed == 0;
  if (run.opts.mode != traffic_mode::idle && !nobody_listens)
    run_traffic(run, clients, server, found);
  found.memory_after = server.memory();
  return found;
}

/// Prints `ready` in between, so the whole of it.
bool run_storm(run_state& run) {
  auto what = storm{run};
  what.run();
  std::cout << what.to_json() << std::endl;
  return what.is_clean();
}

} // namespace

int main(int argc, char** argv) {
  try {
    auto run = std::make_unique<run_state>(parse_options(argc, argv));
    raise_descriptor_limit(run->opts.connections + run->opts.producers + spare_descriptors);
    if (run->opts.mode == traffic_mode::storm)
      return run_storm(*run) ? 0 : 1;
    const auto found = measure(*run);
    std::cout << to_json(*run, found) << std::endl;
    return run->is_clean() ? 0 : 1;
  } catch (const std::exception& error) {
    std::cerr << "loadgen: " << error.what() << '\n';
    return 2;
  }
}
