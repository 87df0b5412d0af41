#pragma once

#include "actors/memory_event_store.hpp"
#include "actors/registry.hpp"
#include "app/browser_tokens.hpp"
#include "app/io_thread.hpp"
#include "app/recovery_tokens.hpp"
#include "app/relay_memory.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/scheduler/test_coordinator.hpp>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace arauto::fuzz {

/// A whole server on the calling thread: every part of `app::server` but for its listener, its threads and its files.
/// Its sockets are pairs within this process. Two instances are there from the start.
class server_world {
public:
  static constexpr auto global_key = "the-global-key";
  /// The instance that the attacker has a token of, and the one that it has none of.
  static constexpr auto own_name = "shop";
  static constexpr auto own_token = "token-of-shop";
  static constexpr auto other_name = "kept";

  server_world();
  ~server_world();
  server_world(const server_world&) = delete;
  server_world& operator=(const server_world&) = delete;

  /// A new TCP connection, the server's end of it.
  void accept(io::descriptor socket);

  /// Runs turns of the loop, once in its life; each begins with `step`, until that gives false. Then all actors end.
  void run(const std::function<bool()>& step);

  /// Every connection and peer ends, as in a server that goes down. While it runs.
  void drain();
  /// What is left of any socket, in words; connections on polling may still wait for somebody to ask. While it runs.
  std::string left_over() const;

private:
  /// Remembers rows, so that what the API says of them is true.
  class rows final : public instance_store {
  public:
    rows();
    std::vector<instance_record> load() override;
    failure insert(const instance_record& x) override { return keep(x); }
    failure update(const instance_record& x) override { return keep(x); }
    failure remove(const std::string& id) override;

  private:
    failure keep(const instance_record& x);
    std::map<std::string, instance_record> by_id_;
  };
  struct test_config : caf::actor_system_config {
    test_config() { set("scheduler.policy", caf::atom("testing")); }
  };

  void make_actors();
  void end_actors();
  caf::scheduler::test_coordinator& pool();

  test_config config_;
  app::settings values_;
  gate_settings admission_;
  io::engine_settings engine_settings_;
  io::event_stream_settings stream_settings_;
  io::http_settings http_settings_;
  socketio::packet_limits packets_;
  rows store_;
  memory_event_store events_{std::chrono::hours{1}, 1048576};
  log_board log_board_;
  app::recovery_tokens recovery_{"the secret of recovery"};
  app::browser_tokens tokens_{"the secret of browser tokens"};
  app::relay_memory relayed_{1000, std::chrono::hours{1}};
  directory_board board_{std::make_shared<const directory>(global_key)};
  std::atomic<std::size_t> body_bytes_{0};
  io::thread_responder answers_;
  io::engine_set engines_;
  caf::actor_system system_{config_};
  app::shared_parts shared_;
  std::unique_ptr<app::io_thread> thread_;
  broadcaster_actor broadcaster_;
  event_log_actor log_;
  log_reader_actor reader_;
  registry_actor registry_;
};

} // namespace arauto::fuzz
