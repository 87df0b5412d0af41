#pragma once

#include "actors/front.hpp"
#include "actors/hub.hpp"
#include "net/io/listener.hpp"
#include "tests/conformance/echo.hpp"
#include "tests/conformance/open_gate.hpp"
#include "tests/conformance/router.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>

#include <memory>
#include <optional>
#include <thread>
#include <vector>

namespace arauto::conformance {

/// The composition root: two Engine.IO engines (an echo, and Socket.IO) on some I/O threads, without keys, instances or
/// log. Used by the main thread only.
class server {
public:
  /// Binds; throws std::runtime_error with address and reason.
  explicit server(const options& wish);
  ~server();

  void start();
  /// Closes every connection, then stops actors and threads.
  void stop();
  std::uint16_t port() const { return listeners_.front()->port(); }

private:
  /// What is bound to one I/O thread.
  struct io_thread {
    io_thread(std::uint16_t index, caf::actor_system& system)
        : home{index}, unit{system, home, counters}, hub{spawn_on<hub_actor, hub_state>(unit, arauto::hub, &lists)} {}

    io_counters counters;
    io::io_loop home;
    io::peer_table peers{counters};
    io_unit unit;
    dispatch_lists lists;
    hub_actor hub;
    std::optional<open_gate> gate;
    std::optional<front> sockets;
    std::optional<echo> raw;
    std::optional<io::engine> socket_engine;
    std::optional<io::engine> echo_engine;
    std::optional<router> routes;
    std::optional<io::http_services> http;
    std::thread thread;
  };

  void complete(io_thread& x);
  std::size_t open_sockets() const;

  options options_;
  io::engine_settings socket_settings_;
  io::engine_settings echo_settings_;
  io::http_settings http_settings_;
  socketio::packet_limits packets_;
  std::atomic<std::size_t> body_bytes_{0};
  io::thread_responder answers_;
  io::engine_set socket_engines_;
  io::engine_set echo_engines_;
  caf::actor_system_config config_;
  std::unique_ptr<caf::actor_system> system_;
  std::vector<std::unique_ptr<io_thread>> threads_;
  std::unique_ptr<namespaces> namespaces_;
  std::vector<std::unique_ptr<io::listener>> listeners_;
};

} // namespace arauto::conformance
