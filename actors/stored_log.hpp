#pragma once

#include "actors/event_store.hpp"
#include "actors/log_board.hpp"
#include "actors/messages/pulse.hpp"
#include "actors/protocol.hpp"
#include "actors/stored_claims.hpp"

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <chrono>
#include <memory>
#include <vector>

namespace arauto {

/// The EVENT LOG over a store (`EVENT_LOG=sqlite` and `memory`): what waits while the store syncs is committed together
/// next, so the busier it is the more events share a sync. Nobody hears of an event before the store has it. Runs on a
/// thread of its own, since the store blocks. Bounded by what the INTAKEs let through.
using stored_log_actor = event_log_actor::extend<caf::reacts_to<commit_appended>, caf::reacts_to<purge_events>,
                                                 // Somebody wants to know whether it still turns.
                                                 caf::reacts_to<pulse>>;

/// What the log stands on.
struct stored_log_services {
  event_store* store = nullptr;
  broadcaster_actor broadcaster;
  /// By index of the I/O thread.
  std::vector<intake_actor> intakes;
  /// Tells of the store already: others may look before this actor runs.
  log_board* board = nullptr;
};

struct stored_log_state {
  static constexpr const char* name = "event_log";
  using pointer = caf::stateful_actor<stored_log_state, stored_log_actor::base>*;

  explicit stored_log_state(pointer actor) : self{actor} {}

  void take(append& x);
  void commit(const commit_appended&);
  void erase(const erase_events& x);
  void purge(const purge_events&);
  void answer(const pulse& x) { x.answer(); }

  pointer self;
  stored_log_services services;

private:
  void place(std::vector<event_ptr>& events);
  void tell(const std::vector<append>& batch, const std::vector<event_ptr>& events);
  void refuse(const std::vector<append>& batch, const std::string& reason);
  void refuse(const std::vector<refused_request>& requests);
  void note_health(const std::string& failure);

  std::vector<append> pending_;
};

stored_log_actor::behavior_type stored_log(stored_log_state::pointer self, stored_log_services services);

} // namespace arauto
