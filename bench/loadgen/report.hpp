#pragma once

#include "bench/loadgen/run_state.hpp"
#include "bench/loadgen/server_counters.hpp"
#include "bench/loadgen/traffic.hpp"

#include <optional>
#include <string>

namespace arauto::loadgen {

/// What a run found out besides its tally.
struct measurements {
  double connect_seconds = 0;
  cpu_window connecting;
  /// Connecting and the rest after it.
  cpu_window settling;
  memory_use memory_before;
  memory_use memory_connected;
  memory_use memory_after;
  window_cost window;
  /// What the server counted during the traffic, if it tells.
  std::optional<server_counters> counted_by_server;
};

/// The run as one line of JSON, without line end.
std::string to_json(const run_state& run, const measurements& found);

} // namespace arauto::loadgen
