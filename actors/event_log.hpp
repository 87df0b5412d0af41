#pragma once

#include "actors/placed.hpp"
#include "actors/protocol.hpp"

#include <unordered_map>
#include <vector>

namespace arauto {

/// The log's port towards the rest is `event_log_actor`; this is the implementation `EVENT_LOG=off`: one sequence,
/// nothing stored, no offsets. What is appended in one turn is committed together: one message to the BROADCASTER, one
/// slice to each INSTANCE, one answer to each I/O thread. Bounded by what the INTAKEs let through.
struct memoryless_log_state : private turn_task {
  static constexpr const char* name = "event_log";
  using pointer = placed_actor<event_log_actor, memoryless_log_state>*;

  explicit memoryless_log_state(pointer actor) : self{actor} {}
  ~memoryless_log_state() override { self->unit().home().forget(*this); }

  void take(append& x);
  /// It holds nothing.
  void erase(const erase_events&) {}

  pointer self;
  broadcaster_actor broadcaster;
  /// By index of the I/O thread.
  std::vector<intake_actor> intakes;

private:
  void at_turn_end() override;
  void commit();

  std::vector<append> pending_;
  std::uint64_t next_sequence_ = 1;
};

behaviour<memoryless_log_state> memoryless_log(memoryless_log_state::pointer self, broadcaster_actor broadcaster,
                                               std::vector<intake_actor> intakes);

} // namespace arauto
