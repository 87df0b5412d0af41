#pragma once

#include "actors/event_log.hpp"
#include "actors/front.hpp"
#include "actors/hub.hpp"
#include "actors/intake.hpp"
#include "actors/key_gate.hpp"
#include "actors/stream_connection.hpp"
#include "app/history_link.hpp"
#include "app/registry_link.hpp"
#include "app/router.hpp"
#include "net/io/client_release.hpp"
#include "net/io/listener.hpp"

#include <atomic>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

namespace arauto::app {

/// What all I/O threads share. Outlives them.
struct shared_parts {
  const settings& values;
  directory_board& board;
  io::thread_responder& answers;
  const io::engine_set& engines;
  const gate_settings& admission;
  const io::engine_settings& engine;
  const io::event_stream_settings& streams;
  const io::http_settings& http;
  const socketio::packet_limits& packets;
  std::atomic<std::size_t>& body_bytes;
  const browser_tokens& tokens;
  relay_memory& relayed;
};

/// Everything that is bound to one I/O thread, in dependency order. Built and destroyed by the server's thread while
/// the loop does not run; used by its own thread in between.
class io_thread {
public:
  io_thread(std::uint16_t index, caf::actor_system& system, const shared_parts& shared);
  ~io_thread();

  /// The second half: what needs actors that need the hubs first.
  void complete(const shared_parts& shared, broadcaster_actor broadcaster, registry_actor registry,
                std::vector<const io_counters*> counters, std::optional<log_access> log);

  void start();
  /// Lets no new client in and releases those that are here evenly over that time (at least 1 ms). Any thread.
  void release(std::chrono::milliseconds over);
  /// Closes every connection and peer; they end within their time limits. Any thread.
  void drain();
  /// Looks at the directory again, so that it holds no instance that has left it. Any thread.
  void forget_instances();
  void stop_and_join();

  io_counters counters;
  io::io_loop home;
  io::peer_table peers{counters};
  io_unit unit;
  dispatch_lists lists;
  hub_actor hub;
  intake_actor intake;
  std::optional<io::engine> engine;
  std::optional<io::event_streams> streams;
  std::optional<io::http_services> http;

private:
  /// The API's way into the queue.
  class queue_intake final : public event_intake {
  public:
    explicit queue_intake(intake_queue& queue) : queue_{queue} {}
    bool submit(const directory_entry& to, std::vector<emission> events, reply_slot where, claims_ptr once) override {
      return queue_.submit(to.actor, std::move(events), where, std::move(once));
    }
    bool submit(const directory_entry& to, std::shared_ptr<const std::string> message, reply_slot where) override {
      return queue_.submit(to.actor, std::move(message), where);
    }

  private:
    intake_queue& queue_;
  };

  directory_view directory_;
  intake_queue emits_;
  queue_intake events_{emits_};
  std::optional<registry_link> admin_;
  std::optional<history_link> history_;
  std::optional<api> rest_;
  std::optional<key_gate> gate_;
  std::optional<front> front_;
  std::optional<stream_front> stream_front_;
  std::optional<router> router_;
  io::client_release release_{home};
  std::thread thread_;
};

} // namespace arauto::app
