#pragma once

#include "bench/loadgen/options.hpp"

#include <optional>
#include <string_view>

namespace arauto::loadgen {

/// What the server itself counted, from its Prometheus text.
struct server_counters {
  double sendmsg_calls = 0;
  double deliveries = 0;
};

/// Sum of all samples of that name, whatever their labels; nothing when there are none.
std::optional<double> sum_samples(std::string_view text, std::string_view name);

/// Asks the server for its metrics. Nothing when it has no such page or not both counters. Throws when it cannot be
/// reached. Blocks: call it while no traffic runs.
std::optional<server_counters> read_server_counters(const options& opts);

} // namespace arauto::loadgen
