#include "bench/loadgen/receiving_client.hpp"

#include "bench/loadgen/marker.hpp"

#include <algorithm>

namespace arauto::loadgen {

namespace {

bool names_connections(const std::string& text) {
  return text.find("{m}") != std::string::npos || text.find("{i}") != std::string::npos;
}

} // namespace

receiving_client::receiving_client(run_state& run, std::uint32_t index)
    : run_{&run},
      leg_{make_leg(run, index)},
      index_{index},
      instance_{0},
      is_slow_{is_nth(index, run.opts.slow_every)},
      is_filtered_{is_nth(index, run.opts.filtered_every)},
      heartbeat_{is_nth(index, run.opts.silent_every)} {
  const auto& opts = run.opts;
  if (!opts.is_main_namespace() && (names_connections(opts.nsp) || names_connections(opts.websocket_path)))
    instance_ = index % opts.instances;
}

void receiving_client::start() {
  state_ = state::connecting;
  leg_->start(path_of(run_->opts, index_), *this);
}

void receiving_client::give_up() {
  if (state_ != state::subscribed && state_ != state::dead)
    drop();
}

void receiving_client::on_upgraded() {
  state_ = state::opening;
  if (run_->opts.is_raw)
    become_subscribed();
}

void receiving_client::on_message(std::string_view text) {
  if (text == "2") { // Engine.IO 4, heartbeat
    if (heartbeat_.on_ping(run_->read_at, run_->count.heartbeats)) {
      heartbeat_.on_pong(now(), run_->count.heartbeats);
      leg_->send("3");
    }
    return;
  }
  switch (state_) {
  case state::subscribed:
    if (run_->opts.is_raw || text.starts_with("42"))
      on_event(text);
    else
      ++run_->count.other_frames;
    return;
  case state::opening:
    if (text.starts_with('0')) {
      heartbeat_.on_open(text, run_->read_at, run_->count.heartbeats);
      state_ = state::joining;
      leg_->send(join_packet());
    }
    return;
  case state::joining:
    on_join_answer(text);
    return;
  default:
    return;
  }
}

void receiving_client::on_join_answer(std::string_view text) {
  if (text.starts_with(join_packet())) {
    become_subscribed();
    return;
  }
  complain("join refused", text);
  drop();
}

void receiving_client::on_event(std::string_view text) {
  auto& run = *run_;
  auto& count = run.count;
  const auto found = find_marker(text, run.marker_hint);
  if (!found) {
    ++count.other_frames;
    return;
  }
  if (is_filtered_ || (!run.opts.is_main_namespace() && found->instance != instance_)) {
    ++count.stray;
    return;
  }
  const auto verdict = sequence_.note(found->sequence);
  count.gaps += verdict.skipped;
  if (verdict.how == sequence_check::arrival::duplicate) {
    ++count.duplicates;
    return;
  }
  if (verdict.how == sequence_check::arrival::late)
    ++count.reordered;
  if (is_slow_) {
    ++count.slow_deliveries;
    return;
  }
  ++count.deliveries;
  run.ledger.delivered(found->event);
  if (count.window.is_open) {
    ++count.window.deliveries;
    count.window.frame_bytes += text.size();
    count.window.latency_ns.add(static_cast<std::uint64_t>(std::max<nanos>(run.read_at - found->sent_at, 0)));
  }
}

void receiving_client::become_subscribed() {
  state_ = state::subscribed;
  ++run_->count.subscribed;
  if (is_slow_)
    leg_->slow_down(run_->opts.slow_rate);
}

void receiving_client::drop() {
  if (state_ == state::dead)
    return;
  leg_->close();
  const auto has_timed_out = heartbeat_.on_end(now(), run_->count.heartbeats);
  if (state_ == state::subscribed && is_slow_)
    ++run_->count.slow_closed;
  else if (state_ == state::subscribed)
    run_->count.closed += has_timed_out ? 0 : 1;
  else
    ++run_->count.refused;
  state_ = state::dead;
}

std::string receiving_client::join_packet() const {
  const auto nsp = namespace_of(run_->opts, index_);
  return nsp.empty() ? "40" : "40" + nsp + ",";
}

} // namespace arauto::loadgen
