#include "actors/ack_collector.hpp"

#include <caf/send.hpp>

namespace arauto {

void ack_collector_state::expect(const ack_expected& x) {
  --hubs_left;
  expected += x.sessions;
  finish_if_complete();
}

void ack_collector_state::collect(const client_ack& x) {
  outcome.answers.push_back(x);
  finish_if_complete();
}

void ack_collector_state::give_up(const ack_deadline&) {
  outcome.has_timed_out = true;
  finish();
}

void ack_collector_state::finish_if_complete() {
  if (hubs_left == 0 && outcome.answers.size() >= expected)
    finish();
}

void ack_collector_state::finish() {
  caf::anon_send(asker, std::move(outcome));
  self->quit();
}

behaviour<ack_collector_state> ack_collector(ack_collector_state::pointer self, room_namespace_actor asker,
                                             std::uint64_t token, std::size_t hubs, std::chrono::milliseconds timeout) {
  self->state.asker = std::move(asker);
  self->state.outcome.token = token;
  self->state.hubs_left = hubs;
  self->delayed_send(timeout, ack_deadline{});
  return handles<ack_collector_actor, &ack_collector_state::collect, &ack_collector_state::expect,
                 &ack_collector_state::give_up>;
}

} // namespace arauto
