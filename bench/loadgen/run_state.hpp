#pragma once

#include "bench/loadgen/options.hpp"
#include "bench/loadgen/poller.hpp"
#include "bench/loadgen/tally.hpp"

#include <deque>
#include <utility>
#include <vector>

namespace arauto::loadgen {

/// What all connections of a run share. Everything runs on one thread.
struct run_state {
  explicit run_state(options x) : opts{std::move(x)} {}

  const options opts;
  poller poll;
  tally count;
  event_ledger ledger;
  /// Large, so that one read takes all that a socket holds.
  std::vector<char> read_buffer = std::vector<char>(1U << 20);
  /// Nothing was lost, invented or refused, and with a wanted number of events all of them were posted.
  bool is_clean() const noexcept { return count.is_clean() && (opts.events == 0 || count.posted == opts.events); }

  /// Slow connections that are not read before that time, the next one first.
  std::deque<std::pair<nanos, std::uint32_t>> resting;

  /// When the bytes now being taken apart were read.
  nanos read_at = 0;
  std::size_t marker_hint = 0;
};

} // namespace arauto::loadgen
