#pragma once

#include "actors/placed.hpp"
#include "actors/protocol.hpp"

#include <chrono>

namespace arauto {

/// Collects the acknowledgements of one packet (protocol text, section 4, "Broadcast with ack"): complete when every
/// HUB has said to how many it went and as many have answered, or when the time is over. Then it tells who asked, once,
/// and ends. Lives on the unit of who asked. Bounded by the receivers of the packet.
struct ack_collector_state {
  static constexpr const char* name = "ack_collector";
  using pointer = placed_actor<ack_collector_actor, ack_collector_state>*;

  explicit ack_collector_state(pointer actor) : self{actor} {}
  void expect(const ack_expected& x);
  void collect(const client_ack& x);
  void give_up(const ack_deadline& x);

  pointer self;
  room_namespace_actor asker;
  std::size_t hubs_left = 0;
  std::size_t expected = 0;
  acks_collected outcome;

private:
  void finish_if_complete();
  void finish();
};

/// `hubs`: how many HUBs get the packet. `token` comes back with the outcome.
behaviour<ack_collector_state> ack_collector(ack_collector_state::pointer self, room_namespace_actor asker,
                                             std::uint64_t token, std::size_t hubs, std::chrono::milliseconds timeout);

} // namespace arauto
