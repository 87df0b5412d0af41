#pragma once

#include "bench/loadgen/run_state.hpp"

#include <functional>
#include <queue>
#include <random>
#include <utility>
#include <vector>

namespace arauto::loadgen {

/// What a storm counts besides the tally.
struct storm_tally {
  /// Clients that are connected now, and those of them that have seen an event.
  std::uint64_t here = 0;
  std::uint64_t informed = 0;
  /// Clients that the restart closed, that have come back, and that have caught up since.
  std::uint64_t closed = 0;
  std::uint64_t returned = 0;
  std::uint64_t caught_up = 0;
  nanos last_caught_up_at = 0;
  /// Attempts that found nobody listening, and those that ended before the session was there.
  std::uint64_t refused_connects = 0;
  std::uint64_t failed_attempts = 0;
  /// Clients that are another session than before, and those that the server sent away for good.
  std::uint64_t not_resumed = 0;
  std::uint64_t sent_away = 0;
  /// POSTs that had to be sent again.
  std::uint64_t post_retries = 0;
  /// From the last event before the restart to the first one after it.
  histogram gap_ns;
  /// From the end of the connection to the CONNECT of the next.
  histogram away_ns;
};

/// What clients and producer of a storm share. Everything runs on one thread.
struct storm_state {
  explicit storm_state(run_state& x) : run{x}, accepted(x.opts.instances) {}

  run_state& run;
  storm_tally count;
  /// The server is about to be restarted, or has been.
  bool has_begun = false;
  /// Sequence of the last event that the server has accepted, by instance.
  std::vector<std::uint64_t> accepted;
  /// Clients that wait, by the moment at which they try again.
  std::priority_queue<std::pair<nanos, std::uint32_t>, std::vector<std::pair<nanos, std::uint32_t>>, std::greater<>>
      waiting;
  /// The same in every run.
  std::mt19937 random{20261123};
};

} // namespace arauto::loadgen
