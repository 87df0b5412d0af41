#include "bench/loadgen/client_pool.hpp"

#include <algorithm>

namespace arauto::loadgen {

namespace {

constexpr int starts_per_turn = 32;

} // namespace

client_pool::client_pool(run_state& run) : run_{run} {
  clients_.reserve(run.opts.connections);
  for (std::uint32_t i = 0; i < run.opts.connections; ++i)
    clients_.emplace_back(run, i);
}

double client_pool::connect_all() {
  const auto started_at = now();
  const auto deadline = started_at + from_seconds(run_.opts.connect_timeout_s);
  const auto& count = run_.count;
  while (count.subscribed + count.refused < clients_.size() && now() < deadline) {
    start_some();
    poll(may_start_more() ? 0 : from_milliseconds(10));
  }
  const auto seconds = to_seconds(now() - started_at);
  for (auto& client : clients_)
    client.give_up();
  return seconds;
}

void client_pool::rest(double seconds) {
  run_.poll.set_spinning(false);
  const auto until = now() + from_seconds(seconds);
  for (auto left = until - now(); left > 0; left = until - now())
    poll(std::min(left, from_milliseconds(100)));
  run_.poll.set_spinning(run_.opts.spin);
}

std::vector<std::uint32_t> client_pool::receivers() const {
  auto counts = std::vector<std::uint32_t>(run_.opts.instances);
  for (const auto& client : clients_)
    if (client.is_waited_for())
      ++counts[client.instance()];
  if (run_.opts.is_main_namespace())
    std::fill(counts.begin(), counts.end(), counts.front());
  return counts;
}

void client_pool::wake_resting() {
  auto& resting = run_.resting;
  for (const auto at = now(); !resting.empty() && resting.front().first <= at; resting.pop_front())
    clients_[resting.front().second].go_on();
}

bool client_pool::may_start_more() const noexcept {
  const auto under_way = started_ - run_.count.subscribed - run_.count.refused;
  return started_ < clients_.size() && under_way < run_.opts.connect_concurrency;
}

void client_pool::start_some() {
  for (int i = 0; i < starts_per_turn && may_start_more(); ++i)
    clients_[started_++].start();
}

void client_pool::poll(nanos timeout) {
  run_.poll.poll(timeout, [this](std::uint32_t key, std::uint32_t events) { on_ready(key, events); });
}

} // namespace arauto::loadgen
