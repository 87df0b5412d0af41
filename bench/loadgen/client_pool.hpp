#pragma once

#include "bench/loadgen/receiving_client.hpp"

#include <vector>

namespace arauto::loadgen {

/// All receiving connections of a run.
class client_pool {
public:
  explicit client_pool(run_state& run);

  /// Opens them all, a bounded number at a time, and waits until each is subscribed or refused. Returns the seconds.
  double connect_all();
  /// Answers pings, and sleeps otherwise, for so long.
  void rest(double seconds);

  void on_ready(std::uint32_t key, std::uint32_t events) { clients_[key].on_ready(events); }
  /// Lets slow connections read whose rest is over.
  void wake_resting();
  /// Connections per instance that each event has to reach; with the main namespace all of them for each.
  std::vector<std::uint32_t> receivers() const;

private:
  bool may_start_more() const noexcept;
  void start_some();
  void poll(nanos timeout);

  run_state& run_;
  std::vector<receiving_client> clients_;
  std::uint32_t started_ = 0;
};

} // namespace arauto::loadgen
