#include "actors/intake.hpp"

#include "actors/failure.hpp"

#include <caf/send.hpp>

#include <iterator>

namespace arauto {

bool intake_queue::submit(const instance_actor& to, std::vector<emission> events, reply_slot where, claims_ptr once) {
  if (waiting_ + events.size() > events_max && waiting_ != 0)
    return false;
  waiting_ += events.size();
  const auto [at, is_new] = bundle_of_.try_emplace(to.id(), bundles_.size());
  if (is_new)
    bundles_.push_back({to, {}});
  auto& batch = bundles_[at->second].batch;
  batch.requests.push_back({where, static_cast<std::uint32_t>(events.size()), std::move(once)});
  batch.events.insert(batch.events.end(), std::make_move_iterator(events.begin()),
                      std::make_move_iterator(events.end()));
  home_.at_turn_end(*this);
  return true;
}

bool intake_queue::submit(const instance_actor& to, std::shared_ptr<const std::string> message, reply_slot where) {
  if (waiting_ + events_per_message > events_max)
    return false;
  waiting_ += events_per_message;
  messages_.emplace_back(to, channel_message{std::move(message), {where, events_per_message}});
  home_.at_turn_end(*this);
  return true;
}

void intake_queue::at_turn_end() {
  contain("intake", [this] {
    for (auto& x : bundles_)
      caf::anon_send(x.to, std::move(x.batch));
    for (auto& [to, message] : messages_)
      caf::anon_send(to, std::move(message));
  });
  bundles_.clear();
  bundle_of_.clear();
  messages_.clear();
}

void intake_queue::settle(const append_outcome& x) {
  for (const auto& request : x.requests) {
    waiting_ -= request.events;
    answer_(request, x.status, x.failure);
  }
}

behaviour<intake_state> intake(placed_actor<intake_actor, intake_state>* self, intake_queue* queue) {
  self->state.queue = queue;
  return handles<intake_actor, &intake_state::settle>;
}

} // namespace arauto
