#pragma once

#include "bench/loadgen/requests.hpp"
#include "bench/loadgen/storm_state.hpp"

#include <deque>
#include <string>

namespace arauto::loadgen {

/// Posts events one at a time over one HTTP connection, each again until the server has accepted it, so that neither
/// their order nor their numbers depend on what happens to the server. What waits is bounded by rate and length of the
/// run.
class insistent_producer {
public:
  /// Its key with the poller.
  static constexpr std::uint32_t key = 0x80000000U;

  insistent_producer(storm_state& storm, const request_set& requests) : storm_{&storm}, requests_{&requests} {}

  void post(const marker& x) { waiting_.push_back(x); }
  /// Sends what is due.
  void turn();
  void on_ready(std::uint32_t events);
  /// When it wants its turn, at the latest.
  nanos wakes_at() const noexcept { return state_ == state::resting ? rests_until_ : rests_never; }
  bool is_idle() const noexcept { return waiting_.empty(); }

private:
  enum class state { away, connecting, idle, asking, resting };
  static constexpr nanos rests_never = INT64_MAX;

  void connect();
  void ask();
  void read_answer();
  void try_again();

  storm_state* storm_;
  const request_set* requests_;
  unique_fd fd_;
  state state_ = state::away;
  std::deque<marker> waiting_;
  std::string unread_;
  nanos rests_until_ = 0;
};

} // namespace arauto::loadgen
