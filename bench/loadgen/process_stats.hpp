#pragma once

#include "bench/loadgen/clock.hpp"

#include <cstdint>
#include <sys/types.h>
#include <vector>

namespace arauto::loadgen {

/// Memory of the server in bytes.
struct memory_use {
  std::uint64_t resident = 0;
  /// Written pages that no other process maps: what the server itself takes in user space. Neither code that happens to
  /// be loaded nor kernel socket buffers are in it.
  std::uint64_t unshared = 0;
};

/// Counters of processors at one moment, in seconds. Their differences describe a window.
struct cpu_sample {
  nanos at = 0;
  double server_user = 0;
  double server_system = 0;
  /// Run time of all server threads as the scheduler counts it; exact where user and system are only ticks.
  double server_run = 0;
  double own = 0;
  double machine_busy = 0;
  double machine_stolen = 0;
};

/// What happened between two samples.
struct cpu_window {
  double seconds = 0;
  double server_user = 0;
  double server_system = 0;
  double server_run = 0;
  double own = 0;
  /// Share of one processor that went to others than server and load generator: above a few per cent the run is
  /// disturbed.
  double foreign_share = 0;
  double stolen_share = 0;

  /// The best figure for the server's processor time.
  double server() const noexcept { return server_run > 0 ? server_run : server_user + server_system; }
};

/// The server's processes, seen through /proc.
class watched_processes {
public:
  explicit watched_processes(std::vector<pid_t> pids) : pids_{std::move(pids)} {}
  memory_use memory() const;
  cpu_sample cpu() const;

private:
  std::vector<pid_t> pids_;
};

cpu_window between(const cpu_sample& from, const cpu_sample& to) noexcept;

} // namespace arauto::loadgen
