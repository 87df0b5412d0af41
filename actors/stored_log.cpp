#include "actors/stored_log.hpp"

#include "actors/contained_handler.hpp"
#include "actors/identifiers.hpp"
#include "net/log.hpp"

#include <caf/send.hpp>

#include <algorithm>
#include <utility>

namespace arauto {

namespace {

/// Time between two looks for what has to go.
constexpr std::chrono::seconds purge_interval{1};

} // namespace

void stored_log_state::take(append& x) {
  if (pending_.empty())
    self->send(self, commit_appended{}); // Behind everything that is in the mailbox by now.
  pending_.push_back(std::move(x));
}

void stored_log_state::place(std::vector<event_ptr>& events) {
  auto last = services.store->last();
  for (const auto& x : events)
    x->sequence = ++last;
}

void stored_log_state::commit(const commit_appended&) {
  auto batch = std::exchange(pending_, {});
  const auto now = unix_ms();
  claim_judge once{*services.store, now};
  std::vector<event_ptr> events;
  try {
    for (auto& x : batch) {
      if (std::any_of(x.requests.begin(), x.requests.end(), [](const emit_request& r) { return r.once; }))
        once.judge(x);
      events.insert(events.end(), x.events.begin(), x.events.end());
    }
    if (!events.empty()) {
      place(events);
      services.store->append(events, once.claims(), now);
    }
  } catch (const store_failure& why) {
    note_health(why.what());
    refuse(once.refused());
    return refuse(batch, why.what());
  }
  note_health({});
  refuse(once.refused());
  tell(batch, events);
}

void stored_log_state::tell(const std::vector<append>& batch, const std::vector<event_ptr>& events) {
  const auto extent = services.store->extent();
  if (!events.empty()) // Before anybody can come back with such a place.
    services.board->note_commit(events.back()->sequence, extent);
  std::vector<append_outcome> outcomes(services.intakes.size());
  for (const auto& x : batch) {
    std::size_t behind = 0;
    for (auto request : x.requests) {
      // A message of a channel counts for more events than came of it.
      const auto fresh = std::min<std::size_t>(request.events - request.known, x.events.size() - behind);
      behind += fresh;
      if (fresh != 0 && x.events[behind - 1]->from->keeps_events)
        request.placed = offset{extent->now().number, x.events[behind - 1]->sequence};
      if (!services.store->is_durable())
        request.placed.reset();
      request.end_claims();
      outcomes[request.slot.loop].requests.push_back(std::move(request));
    }
    if (!x.events.empty())
      caf::anon_send(x.from, committed{x.events});
  }
  if (!events.empty())
    caf::anon_send(services.broadcaster, committed{events});
  for (std::size_t i = 0; i < outcomes.size(); ++i)
    if (!outcomes[i].requests.empty())
      caf::anon_send(services.intakes[i], std::move(outcomes[i]));
}

void stored_log_state::refuse(const std::vector<append>& batch, const std::string& reason) {
  for (const auto& x : batch) {
    for (const auto& request : x.requests) {
      request.end_claims();
      caf::anon_send(services.intakes[request.slot.loop],
                     append_outcome{{request}, "The event log cannot take events now: " + reason, 503});
    }
    caf::anon_send(x.from, append_failed{x.events});
    if (!x.events.empty() && x.events.back()->what.is_farewell)
      caf::anon_send(services.broadcaster, forget_instance{x.events.back()->from->number});
  }
}

void stored_log_state::refuse(const std::vector<refused_request>& requests) {
  for (const auto& x : requests) {
    x.what.end_claims();
    caf::anon_send(services.intakes[x.what.slot.loop], append_outcome{{x.what}, x.reason, x.status});
  }
}

void stored_log_state::note_health(const std::string& failure) {
  if (services.board->note_failure(failure))
    log(failure.empty() ? log_level::warn : log_level::error, name,
        failure.empty() ? "takes events again" : "takes no events: " + failure);
}

void stored_log_state::erase(const erase_events& x) {
  try {
    services.store->erase(x.instance_id);
    services.board->note_commit(services.store->last(), services.store->extent());
  } catch (const store_failure& why) {
    note_health(why.what());
  }
}

/// One step, then whatever was appended meanwhile, then the next.
void stored_log_state::purge(const purge_events&) {
  auto is_more = false;
  try {
    is_more = services.store->purge(unix_ms());
    services.board->note_commit(services.store->last(), services.store->extent());
  } catch (const store_failure& why) {
    note_health(why.what());
  }
  if (is_more)
    self->send(self, purge_events{});
  else
    self->delayed_send(self, purge_interval, purge_events{});
}

stored_log_actor::behavior_type stored_log(stored_log_state::pointer self, stored_log_services services) {
  self->state.services = std::move(services);
  self->send(self, purge_events{});
  return {
      on(self, &stored_log_state::take),  on(self, &stored_log_state::erase),  on(self, &stored_log_state::commit),
      on(self, &stored_log_state::purge), on(self, &stored_log_state::answer),
  };
}

} // namespace arauto
