// How a server goes down: clients first, then what they stood on.
#include "app/server.hpp"
#include "net/io/last_words.hpp"
#include "net/log.hpp"

#include <caf/exit_reason.hpp>
#include <caf/scoped_actor.hpp>
#include <caf/send.hpp>

#include <chrono>
#include <thread>
#include <utility>

namespace arauto::app {

namespace {

/// How long connections may take to end before threads are stopped under them: all of them have their own time limit.
constexpr auto drain_time = io::close_timeout + std::chrono::seconds{2};
/// The same where somebody holds the listening sockets: whoever comes back waits in their backlog for this process to
/// end, so it does not wait for clients that are slow to close. Answers take less.
constexpr std::chrono::milliseconds handover_drain_time{1000};

/// Waits until `left` says 0, for so long at most.
template <class Count>
void await_none(std::chrono::milliseconds at_most, Count left) {
  const auto until = std::chrono::steady_clock::now() + at_most;
  while (left() > 0 && std::chrono::steady_clock::now() < until)
    std::this_thread::sleep_for(std::chrono::milliseconds{5});
}

} // namespace

std::chrono::milliseconds server::time_to_stop(std::chrono::milliseconds release) const {
  return door_->is_passed() ? handover_drain_time : release + drain_time;
}

std::size_t server::open_sockets() const {
  std::size_t sum = 0;
  for (const auto& x : threads_)
    sum += x->counters.open_sockets.get();
  return sum;
}

std::size_t server::open_clients() const {
  std::size_t sum = 0;
  for (const auto& x : threads_)
    sum += x->counters.open_connections.get() + x->counters.open_streams.get();
  return sum;
}

void server::end_clients(std::chrono::milliseconds release) {
  const auto is_passed = door_ && door_->is_passed();
  const auto is_slow = release.count() > 0 && !is_passed;
  if (is_slow)
    for (auto& x : threads_)
      x->release(release);
  if (door_) // Behind that: who is let in until now is told that the server ends.
    threads_.front()->home.post([this] { door_->close(); });
  if (is_slow)
    await_none(release, [this] { return open_clients(); });
  for (auto& x : threads_)
    x->drain();
  await_none(is_passed ? handover_drain_time : drain_time, [this] { return open_sockets(); });
  if (const auto left = open_sockets(); left > 0)
    log(log_level::warn, "server", std::to_string(left) + " connections did not end in time and are cut");
}

void server::stop(std::chrono::milliseconds release) {
  if (std::exchange(is_stopped_, true))
    return;
  life_.drain();
  end_clients(release);
  watchdog_.reset();
  const auto end = [](const auto& actor) { caf::anon_send_exit(actor, caf::exit_reason::user_shutdown); };
  if (registry_) {
    // What it spawned is complete only when it has ended.
    caf::scoped_actor self{*system_};
    self->monitor(registry_);
    end(registry_);
    self->receive([](const caf::down_msg&) {});
  }
  for (const auto& x : board_.current()->all())
    end(x->actor);
  board_.publish(std::make_shared<const directory>(""));
  end(broadcaster_);
  end(log_);
  if (reader_)
    end(reader_);
  for (auto& x : threads_) {
    x->forget_instances();
    end(x->hub);
    end(x->intake);
  }
  system_->await_all_actors_done();
  for (auto& x : threads_)
    x->stop_and_join();
  broadcaster_ = nullptr;
  log_ = nullptr;
  stored_log_ = nullptr;
  reader_ = nullptr;
  registry_ = nullptr;
  door_.reset();
  threads_.clear();
  system_.reset();
}

} // namespace arauto::app
