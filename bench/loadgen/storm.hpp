#pragma once

#include "bench/loadgen/insistent_producer.hpp"
#include "bench/loadgen/recovering_client.hpp"

#include <string>
#include <vector>

namespace arauto::loadgen {

/// A server is restarted under its clients: all connect, events come at a low rate, `ready` is printed, and somebody
/// ends the server and starts the next. Over when everybody has come back, has caught up and has every event.
class storm {
public:
  explicit storm(run_state& run);

  void run();
  /// Nothing was lost, invented or refused, and everybody is back as who they were.
  bool is_clean() const noexcept;
  /// The run as one line of JSON, without line end.
  std::string to_json() const;

private:
  void connect_all();
  /// Turns until `is_enough`; false when that took longer than `seconds`.
  template <class Predicate>
  bool turn_until(double seconds, Predicate is_enough);
  void turn();
  void post_due();
  void wake_due();
  nanos rest_until_next() const;
  std::uint64_t expected() const noexcept;
  std::uint64_t never_back() const noexcept { return clients_.size() - state_.count.caught_up; }

  run_state& run_;
  storm_state state_;
  request_set requests_;
  insistent_producer producer_;
  std::vector<recovering_client> clients_;
  /// Last sequence number of each instance, and how many clients it has.
  std::vector<std::uint64_t> sequences_;
  std::vector<std::uint64_t> receivers_;
  bool posts_ = false;
  nanos next_due_ = 0;
  std::uint32_t next_instance_ = 0;
  nanos ready_at_ = 0;
};

} // namespace arauto::loadgen
