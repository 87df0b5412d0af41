#include "bench/loadgen/traffic.hpp"

#include <algorithm>

namespace arauto::loadgen {

namespace {

constexpr auto longest_sleep = from_milliseconds(100);
/// Keeps the sockets served while a backlog of due events is posted.
constexpr int posts_per_turn = 100'000;

} // namespace

traffic::traffic(run_state& run, client_pool& clients, const watched_processes& server)
    : run_{run},
      clients_{clients},
      server_{server},
      requests_{run.opts},
      receivers_{clients.receivers()},
      sequences_(run.opts.instances) {
  for (std::uint32_t i = 0; i < run.opts.producers; ++i)
    producers_.emplace_back(run, i);
}

window_cost traffic::run() {
  next_due_ = now();
  if (run_.opts.events != 0)
    run_for_events();
  else
    run_for_seconds();
  return cost_;
}

void traffic::run_for_seconds() {
  const auto window_begin = now() + from_seconds(run_.opts.warmup_s);
  window_end_ = window_begin + from_seconds(run_.opts.seconds);
  for (auto at = now(); at < window_end_; at = now()) {
    if (!run_.count.window.is_open && at >= window_begin)
      open_window();
    turn(std::min(post_due(), window_end_ - at));
  }
  close_window();
  drain();
}

void traffic::run_for_events() {
  const auto& count = run_.count;
  const auto patience = from_seconds(run_.opts.drain_s);
  auto last_progress = now();
  auto seen = count.deliveries + count.answered;
  open_window();
  while (count.posted < run_.opts.events || !count.is_all_delivered()) {
    turn(post_due());
    const auto at = now();
    if (const auto progress = count.deliveries + count.answered; progress != seen) {
      seen = progress;
      last_progress = at;
    } else if (at - last_progress > patience) {
      break;
    }
  }
  close_window();
}

void traffic::open_window() {
  run_.count.window.is_open = true;
  window_start_ = server_.cpu();
  busy_at_start_ = run_.poll.busy();
}

void traffic::close_window() {
  run_.count.window.is_open = false;
  cost_.cpu = between(window_start_, server_.cpu());
  const auto busy = run_.opts.spin ? to_seconds(run_.poll.busy() - busy_at_start_) : cost_.cpu.own;
  cost_.own_busy_share = cost_.cpu.seconds > 0 ? busy / cost_.cpu.seconds : 0;
}

void traffic::drain() {
  const auto deadline = now() + from_seconds(run_.opts.drain_s);
  while (!run_.count.is_all_delivered() && now() < deadline)
    turn(from_milliseconds(10));
}

nanos traffic::post_due() {
  switch (run_.opts.mode) {
  case traffic_mode::closed:
    keep_in_flight();
    break;
  case traffic_mode::open:
    return keep_rate();
  case traffic_mode::saturate:
    keep_unanswered();
    break;
  case traffic_mode::idle:
  case traffic_mode::storm:
    break;
  }
  return longest_sleep;
}

void traffic::keep_in_flight() {
  const auto& opts = run_.opts;
  for (int i = 0; i < posts_per_turn && run_.ledger.open_count() < opts.inflight; ++i) {
    if (opts.events != 0 && run_.count.posted >= opts.events)
      return;
    const auto instance = any_instance();
    post(instance, now());
    // An event without receivers is never in flight: leave the loop, or it would post for ever.
    if (receivers_[instance] == 0)
      return;
  }
}

nanos traffic::keep_rate() {
  const auto step = static_cast<nanos>(1e9 / run_.opts.rate);
  for (int i = 0; i < posts_per_turn && next_due_ <= now(); ++i) {
    post(any_instance(), next_due_);
    next_due_ += step;
  }
  return std::clamp<nanos>(next_due_ - now(), 0, longest_sleep);
}

void traffic::keep_unanswered() {
  const auto lanes = run_.opts.producers;
  const auto depth = std::max(1U, (run_.opts.inflight + lanes - 1) / lanes);
  for (std::uint32_t lane = 0; lane < lanes; ++lane) {
    // An instance always uses the same lane, since only one connection keeps the order of its events.
    const auto instances_of_lane = (run_.opts.instances - lane + lanes - 1) / lanes;
    while (producers_[lane].unanswered() < depth)
      post(lane + lanes * (any_instance() % instances_of_lane), now());
  }
}

void traffic::post(std::uint32_t instance, nanos sent_at) {
  auto& sequence = sequences_[run_.opts.is_main_namespace() ? 0 : instance];
  auto& lane = producers_[instance % producers_.size()];
  const auto id = run_.ledger.open(receivers_[instance]);
  requests_.append_to(lane.buffer(), marker{sent_at, ++sequence, instance, id});
  lane.note_posted(now());
  run_.count.expected += receivers_[instance];
  ++run_.count.posted;
}

std::uint32_t traffic::any_instance() noexcept {
  if (run_.opts.instances == 1)
    return 0;
  // Marsaglia's xorshift: the same instances in every run.
  random_ ^= random_ << 13;
  random_ ^= random_ >> 7;
  random_ ^= random_ << 17;
  return static_cast<std::uint32_t>(random_ % run_.opts.instances);
}

void traffic::turn(nanos timeout) {
  for (auto& lane : producers_)
    lane.flush();
  clients_.wake_resting();
  run_.poll.poll(timeout, [this](std::uint32_t key, std::uint32_t events) {
    if ((key & producer::key_bit) != 0)
      producers_[key & ~producer::key_bit].on_ready(events);
    else
      clients_.on_ready(key, events);
  });
}

} // namespace arauto::loadgen
