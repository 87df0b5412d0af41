#pragma once

#include "actors/broadcaster.hpp"
#include "actors/log_board.hpp"
#include "actors/registry.hpp"
#include "actors/stored_log.hpp"
#include "app/front_door.hpp"
#include "app/io_thread.hpp"
#include "app/lifecycle.hpp"
#include "app/recovery_tokens.hpp"
#include "app/store/instance_store.hpp"
#include "app/watchdog.hpp"
#include "net/io/tls_context.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace arauto::app {

/// The composition root. Members stand in dependency order: construction is start-up, `stop` and destruction are
/// shutdown. Used by the main thread only.
class server {
public:
  /// Opens the store, loads every instance, binds the port, or takes over the sockets that were passed to this process.
  /// Throws std::runtime_error with what happened, what was expected and what to do.
  /// `data` outlives the server: it keeps other processes out of the directory.
  server(const settings& values, const std::string& api_key, const data_directory& data,
         const std::vector<passed_socket>& passed = {});
  ~server();

  /// Begins to accept.
  void start();
  /// Calls `alive` several times in each `interval` while every I/O thread and the EVENT LOG turn, until connections
  /// have ended in `stop`. Once.
  void watch(std::chrono::microseconds interval, std::function<void()> alive);
  /// Stops being ready and accepting, releases clients evenly over `release` (at once where somebody holds the
  /// listening sockets for the next process), answers what is under way, then stops every actor and thread. What a
  /// producer was told is in the log by then. Idempotent.
  void stop(std::chrono::milliseconds release = {});

  /// How long clients may take to end in such a `stop`.
  std::chrono::milliseconds time_to_stop(std::chrono::milliseconds release) const;

  /// Where it listens; with several sockets, the first of them.
  boost::asio::ip::tcp::endpoint where() const { return door_->where(); }
  std::size_t instances() const { return board_.current()->size(); }

private:
  void make_threads();
  void make_actors();
  std::optional<log_access> log_of_gates() const;
  event_log_actor make_log(const std::vector<intake_actor>& intakes);
  void make_demo();
  std::size_t open_sockets() const;
  std::size_t open_clients() const;
  void end_clients(std::chrono::milliseconds release);

  lifecycle life_;
  settings values_;
  gate_settings admission_;
  io::engine_settings engine_settings_;
  io::event_stream_settings stream_settings_;
  io::http_settings http_settings_;
  socketio::packet_limits packets_;
  sqlite_instance_store store_;
  /// Nothing: events are not kept.
  std::unique_ptr<event_store> events_;
  log_board log_board_;
  recovery_tokens recovery_;
  std::unique_ptr<io::tls_context> tls_;
  directory_board board_;
  browser_tokens tokens_;
  relay_memory relayed_;
  std::atomic<std::size_t> body_bytes_{0};
  io::thread_responder answers_;
  io::engine_set engines_;

  caf::actor_system_config config_;
  std::unique_ptr<caf::actor_system> system_;
  shared_parts shared_;
  std::vector<std::unique_ptr<io_thread>> threads_;
  broadcaster_actor broadcaster_;
  event_log_actor log_;
  /// The same, with `events_` only.
  stored_log_actor stored_log_;
  /// With `events_` only.
  log_reader_actor reader_;
  registry_actor registry_;
  std::unique_ptr<front_door> door_;
  bool is_stopped_ = false;
  std::unique_ptr<watchdog> watchdog_;
};

} // namespace arauto::app
