#include "actors/io_unit.hpp"

#include "actors/unit_actor.hpp"

#include <iterator>

namespace arauto {

namespace {

/// Messages that one job handles before the next one gets its turn.
constexpr std::size_t throughput = 256;

} // namespace

io_unit::io_unit(caf::actor_system& system, loop& home, io_counters& counters)
    : caf::execution_unit{&system}, home_{home}, counters_{counters} {}

io_unit::~io_unit() {
  for (auto* job : jobs_)
    caf::intrusive_ptr_release(job);
  for (auto* job : remote_jobs_)
    caf::intrusive_ptr_release(job);
}

void io_unit::exec_later(caf::resumable* job) {
  if (is_current()) {
    jobs_.push_back(job);
    home_.at_turn_end(*this);
    return;
  }
  put_remote([&] { remote_jobs_.push_back(job); });
}

void io_unit::queue(unit_message what) {
  messages_.push_back(std::move(what));
  home_.at_turn_end(*this);
}

void io_unit::queue_later(std::chrono::milliseconds delay, unit_message what) {
  auto& x = delayed_.emplace_back(*this, std::move(what));
  x.place = std::prev(delayed_.end());
  home_.arm(x, delay);
}

void io_unit::delayed::on_timer() {
  home.queue(std::move(what));
  home.delayed_.erase(place);
}

void io_unit::hand_over(unit_message what) {
  put_remote([&] { remote_messages_.push_back(std::move(what)); });
}

/// One wake-up for any number of jobs and messages that come before the loop looks.
template <class Put>
void io_unit::put_remote(Put put) {
  bool is_first = false;
  {
    const std::lock_guard lock{mutex_};
    is_first = remote_jobs_.empty() && remote_messages_.empty();
    put();
  }
  if (is_first)
    home_.post([this] { fetch_remote(); });
}

void io_unit::fetch_remote() {
  std::vector<unit_message> arrived;
  {
    const std::lock_guard lock{mutex_};
    jobs_.insert(jobs_.end(), remote_jobs_.begin(), remote_jobs_.end());
    remote_jobs_.clear();
    arrived.swap(remote_messages_);
  }
  for (auto& x : arrived)
    x.to->arrive(std::move(x.what));
  if (!jobs_.empty())
    home_.at_turn_end(*this);
}

void io_unit::at_turn_end() {
  run_messages();
  run_jobs();
  if (!messages_.empty() || !jobs_.empty())
    home_.at_turn_end(*this);
}

void io_unit::run_messages() {
  running_.swap(messages_);
  for (auto& x : running_) {
    const auto message = std::move(x); // It goes while what it holds is still in the cache.
    message.to->run(*message.what);
  }
  running_.clear();
}

void io_unit::run_jobs() {
  for (auto left = jobs_.size(); left > 0; --left) {
    auto* job = jobs_.front();
    jobs_.pop_front();
    switch (job->resume(this, throughput)) {
    case caf::resumable::resume_later:
      jobs_.push_back(job);
      break;
    default: // Waits for messages, or is done: the job's reference ends here.
      caf::intrusive_ptr_release(job);
    }
  }
}

} // namespace arauto
