#pragma once

#include "bench/loadgen/client_pool.hpp"
#include "bench/loadgen/process_stats.hpp"
#include "bench/loadgen/producer.hpp"
#include "bench/loadgen/requests.hpp"

#include <cstdint>
#include <vector>

namespace arauto::loadgen {

/// What the measured window cost.
struct window_cost {
  cpu_window cpu;
  /// Share of the window in which the load generator was not merely waiting.
  double own_busy_share = 0;
};

/// Posts events as the mode says and measures a window of that.
class traffic {
public:
  traffic(run_state& run, client_pool& clients, const watched_processes& server);
  window_cost run();

private:
  /// Warm-up, a window of fixed length, then a bounded wait for what is under way.
  void run_for_seconds();
  /// A window that lasts until exactly the wanted events are posted, answered and delivered, or nothing moves any more.
  void run_for_events();
  void open_window();
  void close_window();
  void drain();

  /// Posts what is due; returns how long the loop may sleep.
  nanos post_due();
  void keep_in_flight();
  nanos keep_rate();
  void keep_unanswered();
  void post(std::uint32_t instance, nanos sent_at);
  std::uint32_t any_instance() noexcept;
  void turn(nanos timeout);

  run_state& run_;
  client_pool& clients_;
  const watched_processes& server_;
  request_set requests_;
  std::vector<producer> producers_;
  std::vector<std::uint32_t> receivers_;
  /// Last sequence number of each instance; the main namespace has one sequence for all.
  std::vector<std::uint64_t> sequences_;
  nanos next_due_ = 0;
  nanos window_end_ = 0;
  std::uint64_t random_ = 88172645463325252U;
  cpu_sample window_start_;
  nanos busy_at_start_ = 0;
  window_cost cost_;
};

} // namespace arauto::loadgen
