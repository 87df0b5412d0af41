#include "actors/event_log.hpp"

#include "actors/failure.hpp"

#include <caf/send.hpp>

namespace arauto {

void memoryless_log_state::take(append& x) {
  pending_.push_back(std::move(x));
  self->unit().home().at_turn_end(*this);
}

void memoryless_log_state::at_turn_end() {
  contain(name, [this] { commit(); });
}

void memoryless_log_state::commit() {
  const auto batch = std::exchange(pending_, {});
  committed all;
  std::vector<append_outcome> outcomes(intakes.size());
  for (const auto& x : batch) {
    for (const auto& what : x.events)
      what->sequence = next_sequence_++;
    all.events.insert(all.events.end(), x.events.begin(), x.events.end());
    for (const auto& request : x.requests) {
      request.end_claims();
      outcomes[request.slot.loop].requests.push_back(request);
    }
  }
  for (const auto& x : batch)
    caf::anon_send(x.from, committed{x.events});
  caf::anon_send(broadcaster, std::move(all));
  for (std::size_t i = 0; i < outcomes.size(); ++i)
    if (!outcomes[i].requests.empty())
      caf::anon_send(intakes[i], std::move(outcomes[i]));
}

behaviour<memoryless_log_state> memoryless_log(memoryless_log_state::pointer self, broadcaster_actor broadcaster,
                                               std::vector<intake_actor> intakes) {
  self->state.broadcaster = std::move(broadcaster);
  self->state.intakes = std::move(intakes);
  return handles<event_log_actor, &memoryless_log_state::take, &memoryless_log_state::erase>;
}

} // namespace arauto
