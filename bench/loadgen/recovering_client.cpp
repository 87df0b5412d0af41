#include "bench/loadgen/recovering_client.hpp"

#include "bench/loadgen/marker.hpp"

#include <algorithm>

namespace arauto::loadgen {

namespace {

/// The text behind `"name":"`, which has no escapes; empty when there is none.
std::string_view member(std::string_view json, std::string_view name) {
  const auto key = std::string{"\""}.append(name).append("\":\"");
  const auto at = json.find(key);
  if (at == std::string_view::npos)
    return {};
  const auto value = json.substr(at + key.size());
  return value.substr(0, value.find('"'));
}

/// The last argument of an EVENT, if it is a string: the offset.
std::string_view last_string(std::string_view packet) {
  if (!packet.ends_with("\"]"))
    return {};
  packet.remove_suffix(2);
  return packet.substr(packet.rfind('"') + 1);
}

} // namespace

recovering_client::recovering_client(storm_state& storm, std::uint32_t index)
    : storm_{&storm}, leg_{storm.run, index}, index_{index}, instance_{index % storm.run.opts.instances} {}

void recovering_client::start() {
  state_ = state::coming;
  leg_.start(path_of(storm_->run.opts, index_), *this);
}

void recovering_client::on_end(websocket_leg::ending how) {
  auto& count = storm_->count;
  if (state_ == state::sent_away)
    return;
  if (state_ == state::here) {
    --count.here;
    // Once, and by the restart: everything else is a fault of its own.
    if (!storm_->has_begun || was_closed_)
      ++storm_->run.count.closed;
    else
      ++count.closed;
    was_closed_ = true;
    closed_at_ = now();
  } else {
    ++(how == websocket_leg::ending::refused ? count.refused_connects : count.failed_attempts);
  }
  state_ = state::away;
  storm_->waiting.emplace(now() + waits_.next(storm_->random), index_);
}

void recovering_client::on_message(std::string_view text) {
  if (text == "2") // Engine.IO 4, heartbeat
    return leg_.send("3");
  switch (state_) {
  case state::coming:
    if (text.starts_with('0')) {
      state_ = state::joining;
      leg_.send(join_packet());
    }
    return;
  case state::joining:
    return on_join_answer(text);
  case state::here:
    if (text.starts_with("42"))
      return on_event(text);
    if (text.starts_with("41"))
      return be_sent_away(text);
    if (text != "1") // The Engine.IO connection ends: the WebSocket says so next.
      ++storm_->run.count.other_frames;
    return;
  default:
    return;
  }
}

/// DISCONNECT and CONNECT_ERROR: socket.io-client does not come again by itself.
void recovering_client::be_sent_away(std::string_view why) {
  complain("sent away", why);
  if (state_ == state::here)
    --storm_->count.here;
  ++storm_->count.sent_away;
  state_ = state::sent_away;
  leg_.close();
}

void recovering_client::on_join_answer(std::string_view text) {
  if (!text.starts_with("40"))
    return be_sent_away(text);
  auto& count = storm_->count;
  waits_.reset();
  state_ = state::here;
  ++count.here;
  const auto sid = member(text, "sid");
  if (was_closed_ && sid != sid_)
    ++count.not_resumed;
  sid_ = sid;
  pid_ = member(text, "pid");
  if (!was_closed_ || has_returned_)
    return;
  has_returned_ = true;
  ++count.returned;
  count.away_ns.add(static_cast<std::uint64_t>(now() - closed_at_));
  goal_ = storm_->accepted[instance_];
  look_whether_caught_up();
}

void recovering_client::look_whether_caught_up() {
  if (!has_returned_ || has_caught_up_ || newest_ < goal_)
    return;
  has_caught_up_ = true;
  ++storm_->count.caught_up;
  storm_->count.last_caught_up_at = now();
}

void recovering_client::note_first_event_after_return() {
  has_event_since_ = true;
  storm_->count.gap_ns.add(static_cast<std::uint64_t>(storm_->run.read_at - last_event_at_));
}

void recovering_client::on_event(std::string_view text) {
  auto& run = storm_->run;
  auto& count = run.count;
  const auto found = find_marker(text, run.marker_hint);
  if (!found) {
    ++count.other_frames;
    return;
  }
  if (found->instance != instance_) {
    ++count.stray;
    return;
  }
  offset_ = last_string(text);
  const auto verdict = sequence_.note(found->sequence);
  count.gaps += verdict.skipped;
  if (verdict.how == sequence_check::arrival::duplicate) {
    ++count.duplicates;
    return;
  }
  if (verdict.how == sequence_check::arrival::late)
    ++count.reordered;
  ++count.deliveries;
  if (newest_ == 0)
    ++storm_->count.informed;
  newest_ = std::max(newest_, found->sequence);
  if (has_returned_ && !has_event_since_)
    note_first_event_after_return();
  last_event_at_ = run.read_at;
  look_whether_caught_up();
}

std::string recovering_client::join_packet() const {
  const auto nsp = namespace_of(storm_->run.opts, index_);
  auto packet = "40" + (nsp.empty() ? "" : nsp + ",") + R"({"recovery":true)";
  if (!pid_.empty())
    packet += R"(,"pid":")" + pid_ + R"(","offset":")" + offset_ + '"';
  return packet + '}';
}

} // namespace arauto::loadgen
