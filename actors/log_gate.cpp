#include "actors/log_gate.hpp"

#include <algorithm>
#include <cstring>

namespace arauto {

namespace {

/// Of everything that makes a session the one it is; another filter or key is another session.
std::uint64_t stamp_of(const log_subject& who, const event_filter& filter) {
  auto text = who.identity;
  const auto add = [&text](const std::string& x) { text.append(1, '\0').append(x); };
  add(filter.by_event ? filter.events.to_string() : "all");
  for (const auto* names : {&filter.custom_events, &filter.instances}) {
    auto sorted = *names;
    std::sort(sorted.begin(), sorted.end());
    add(std::to_string(sorted.size()));
    for (const auto& name : sorted)
      add(name);
  }
  const auto digest = key_digest::of(text);
  std::uint64_t stamp = 0;
  std::memcpy(&stamp, digest.bytes.data(), sizeof stamp);
  return stamp;
}

/// Pages of a browser: their clients hand an extra argument on, and cannot be asked to want it.
bool is_browser(const handshake& x) {
  return !x.origin.empty() && x.user_agent.starts_with("Mozilla/");
}

bool is_recoverable(recovery_mode recovery, const connect_wish& wish, const handshake& shake) {
  if (shake.version == 3 || recovery == recovery_mode::off)
    return false;
  return recovery == recovery_mode::on || wish.wants_recovery || is_browser(shake);
}

gate_refusal refusal_of(std::string_view message, std::string_view code, const offset& oldest) {
  return {std::string{message},
          "{\"code\":\"" + std::string{code} + R"(","hint":"Begin at `oldest`, or without `since`.","oldest":")" +
              to_string(oldest) + "\"}",
          410};
}

/// What the client may go on as. Nothing: a new session.
std::optional<recovery_claim> resume(const gate_pass& to, const connect_wish& wish, const log_board::view& now) {
  const auto claim = to.start.signer->read(wish.pid);
  if (!claim || claim->stamp != to.start.stamp || !now.extent->find(claim->joined))
    return std::nullopt;
  return claim;
}

/// The place of a resumed session: what it saw last, or where it joined.
std::optional<offset> place_of(const recovery_claim& claim, const connect_wish& wish, const log_extent& log) {
  const auto seen = read_offset(wish.offset);
  if (!seen || seen->sequence == claim.inherited)
    return claim.joined;
  if (!log.find(*seen))
    return std::nullopt;
  return seen->sequence < claim.joined.sequence ? claim.joined : *seen;
}

} // namespace

gate_refusal refuse_place(const offset& oldest) {
  return refusal_of("events behind that offset are not kept any more", "OFFSET_PURGED", oldest);
}

gate_refusal refuse_reading(std::string_view why) {
  return {"the event log cannot be read now: " + std::string{why},
          R"({"code":"EVENT_LOG_UNREADABLE","hint":"Try again later, or begin without `since`: what comes from now on )"
          R"(arrives."})",
          503};
}

event_sequence oldest_place(const log_extent& x, const std::vector<std::string>* instances) {
  if (instances == nullptr)
    return x.newest_purged;
  event_sequence oldest = 0;
  for (const auto& id : *instances)
    if (const auto at = x.purged_of.find(id); at != x.purged_of.end())
      oldest = std::max(oldest, at->second);
  return oldest;
}

std::optional<gate_refusal> give_access(gate_pass& to, const log_access& log, recovery_mode recovery,
                                        const log_subject& who, const connect_wish& wish, const handshake& shake) {
  const auto now = log.board->current();
  to.log = reading{&log, who.instances, who.is_selected_only};
  to.start.is_recoverable = is_recoverable(recovery, wish, shake);
  to.start.signer = log.signer;
  to.start.has_come_back = to.start.is_recoverable && !wish.pid.empty();
  to.start.stamp = stamp_of(who, to.filter);
  const auto oldest = oldest_place(*now.extent, who.instances.get());
  if (to.start.has_come_back)
    if (auto claim = resume(to, wish, now))
      if (const auto place = place_of(*claim, wish, *now.extent);
          place && place->sequence >= oldest && place->sequence <= now.last) {
        to.start.resumed = std::move(claim);
        to.start.pid = wish.pid;
        to.start.place = place;
        return std::nullopt;
      }
  to.start.inherited = read_offset(wish.offset).value_or(offset{}).sequence;
  if (wish.since.empty())
    return std::nullopt;
  const auto since = read_offset(wish.since);
  if (!since || !now.extent->find(*since) || since->sequence > now.last)
    return refusal_of("the offset to begin at is none of this log", "OFFSET_UNKNOWN", now.extent->at(oldest));
  if (since->sequence < oldest)
    return refuse_place(now.extent->at(oldest));
  to.start.place = since;
  return std::nullopt;
}

} // namespace arauto
