#include "bench/loadgen/storm.hpp"

#include "bench/loadgen/json_object.hpp"

#include <algorithm>
#include <iostream>

namespace arauto::loadgen {

namespace {

constexpr auto longest_sleep = from_milliseconds(100);

json_object milliseconds_of(const histogram& x) {
  auto out = json_object{};
  out.add("p50", x.quantile(.5) / 1e6, 0);
  out.add("p99", x.quantile(.99) / 1e6, 0);
  out.add("max", static_cast<double>(x.max()) / 1e6, 0);
  return out;
}

} // namespace

storm::storm(run_state& run)
    : run_{run},
      state_{run},
      requests_{run.opts},
      producer_{state_, requests_},
      sequences_(run.opts.instances),
      receivers_(run.opts.instances) {
  clients_.reserve(run.opts.connections); // They stay where they are.
  for (std::uint32_t i = 0; i < run.opts.connections; ++i)
    ++receivers_[clients_.emplace_back(state_, i).instance()];
}

void storm::run() {
  const auto& opts = run_.opts;
  const auto& count = state_.count;
  connect_all();
  posts_ = true;
  next_due_ = now();
  const auto warm_at = now() + from_seconds(opts.warmup_s);
  if (!turn_until(opts.warmup_s + opts.drain_s, [&] { return now() >= warm_at && count.informed == clients_.size(); }))
    throw std::runtime_error{std::to_string(clients_.size() - count.informed) + " clients got no event"};
  state_.has_begun = true;
  ready_at_ = now();
  std::cout << "ready" << std::endl;
  turn_until(opts.patience_s, [&] { return count.caught_up == clients_.size(); });
  turn_until(opts.settle_s, [] { return false; });
  posts_ = false;
  turn_until(opts.drain_s, [&] { return producer_.is_idle() && run_.count.deliveries >= expected(); });
  run_.count.expected = expected();
}

void storm::connect_all() {
  const auto& count = state_.count;
  std::size_t started = 0;
  const auto is_connected = [&] {
    // What was started and is neither here nor waits for another attempt.
    const auto under_way = [&] { return started - count.here - state_.waiting.size(); };
    while (started < clients_.size() && under_way() < run_.opts.connect_concurrency)
      clients_[started++].start();
    return count.here == clients_.size();
  };
  if (!turn_until(run_.opts.connect_timeout_s, is_connected))
    throw std::runtime_error{std::to_string(clients_.size() - count.here) + " clients could not connect"};
}

template <class Predicate>
bool storm::turn_until(double seconds, Predicate is_enough) {
  const auto deadline = now() + from_seconds(seconds);
  while (!is_enough()) {
    if (now() >= deadline)
      return false;
    turn();
  }
  return true;
}

void storm::turn() {
  post_due();
  wake_due();
  producer_.turn();
  run_.poll.poll(rest_until_next(), [this](std::uint32_t key, std::uint32_t events) {
    if (key == insistent_producer::key)
      producer_.on_ready(events);
    else
      clients_[key].on_ready(events);
  });
}

void storm::post_due() {
  if (!posts_)
    return;
  for (const auto step = static_cast<nanos>(1e9 / run_.opts.rate); next_due_ <= now(); next_due_ += step) {
    const auto instance = next_instance_++ % run_.opts.instances;
    ++run_.count.posted;
    producer_.post({now(), ++sequences_[instance], instance, static_cast<std::uint32_t>(run_.count.posted)});
  }
}

void storm::wake_due() {
  for (auto& waiting = state_.waiting; !waiting.empty() && waiting.top().first <= now();) {
    const auto who = waiting.top().second;
    waiting.pop();
    clients_[who].start();
  }
}

nanos storm::rest_until_next() const {
  auto at = std::min(now() + longest_sleep, producer_.wakes_at());
  if (posts_)
    at = std::min(at, next_due_);
  if (!state_.waiting.empty())
    at = std::min(at, state_.waiting.top().first);
  return std::max<nanos>(at - now(), 0);
}

std::uint64_t storm::expected() const noexcept {
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < sequences_.size(); ++i)
    sum += sequences_[i] * receivers_[i];
  return sum;
}

bool storm::is_clean() const noexcept {
  const auto& count = state_.count;
  return run_.count.is_clean() && producer_.is_idle() &&
         never_back() + count.refused_connects + count.not_resumed + count.sent_away == 0;
}

std::string storm::to_json() const {
  const auto& count = state_.count;
  const auto& tally = run_.count;
  auto out = json_object{};
  out.add("label", run_.opts.label);
  out.add("mode", name_of(run_.opts.mode));
  out.add("conns", clients_.size());
  out.add("posted_total", tally.posted);
  out.add("deliveries_total", tally.deliveries);
  out.add("ready_at_ns", ready_at_);
  out.add("all_caught_up_at_ns", count.last_caught_up_at);
  out.add("gap_ms", milliseconds_of(count.gap_ns));
  out.add("away_ms", milliseconds_of(count.away_ns));
  out.add("failed_attempts", count.failed_attempts);
  out.add("post_retries", count.post_retries);
  out.add("closed", count.closed);
  out.add("refused_connects", count.refused_connects);
  out.add("not_resumed", count.not_resumed);
  out.add("sent_away", count.sent_away);
  out.add("never_back", never_back());
  out.add("lost", tally.lost());
  out.add("duplicate", tally.duplicates);
  out.add("out_of_order", tally.reordered);
  out.add("stray", tally.stray);
  out.add("conn_closed", tally.closed);
  out.add("never_accepted", tally.posted - tally.answered);
  out.add("clean", is_clean());
  return out.str();
}

} // namespace arauto::loadgen
