#pragma once

#include "actors/directory.hpp"
#include "actors/placed.hpp"
#include "actors/protocol.hpp"
#include "actors/session_set.hpp"

#include <map>

namespace arauto {

/// Every event of every instance; owns the sessions on "/". With global events off, sessions are let in and get nothing
/// (contract section 3).
struct broadcaster_state {
  static constexpr const char* name = "broadcaster";

  void fan_out(const committed& x);
  void admit(const join& x);
  void release(const leave& x);
  void forget(const forget_instance& x);
  /// No gate lets clients speak on "/".
  void ignore(const client_event&) {}

  std::vector<hub_actor> hubs;
  session_set sessions{0};
  bool global_events = false;
  /// The keys as they are now: a join may have been judged by those of a moment ago.
  const directory_board* board = nullptr;
  /// Every event that comes is behind that place.
  event_sequence position = 0;

private:
  using instance_list = std::vector<instance_number>;

  /// Number of sessions that see one instance only, by instance.
  std::map<instance_number, std::uint32_t> single_;
  /// Number of sessions that get everything.
  std::uint32_t all_ = 0;
  /// What sessions may see that came without the global key.
  boost::unordered_flat_map<session_set::by_actor::pointer, instance_list> bounds_;

  /// Nullptr: everything.
  const instance_list* bound_of(const session_actor& who) const noexcept;
  void count(const instance_list* bound, std::int32_t change);
  void publish_events(const committed& x);
  void end_members_of(instance_number instance);
};

behaviour<broadcaster_state> broadcaster(placed_actor<broadcaster_actor, broadcaster_state>* self,
                                         std::vector<hub_actor> hubs, const directory_board* board, bool global_events,
                                         event_sequence position);

} // namespace arauto
