#pragma once

#include "actors/broadcaster.hpp"
#include "actors/event_log.hpp"
#include "actors/front.hpp"
#include "actors/hub.hpp"
#include "actors/instance.hpp"
#include "actors/intake.hpp"
#include "actors/key_gate.hpp"
#include "tests/support/manual_loop.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace arauto::sessions {

/// Nobody has a browser token here.
class no_tokens final : public browser_token_reader {
public:
  std::optional<browser_token> read(std::string_view) const override { return std::nullopt; }
};

/// The actors of a server with one I/O thread that keeps no events: everything between a request's events and the way
/// out of an Engine.IO connection. Stepped by its owner, on one thread.
class router {
public:
  /// Instances `inst0`, `inst1` and so on, each with a token of its own.
  explicit router(std::size_t instances);
  router(const router&) = delete;
  router& operator=(const router&) = delete;
  ~router();

  application_side_ptr open(outbox& out) { return front_.open(out, {}); }
  /// What is to be sent for that instance: Socket.IO's CONNECT with its token, behind the type of Engine.IO.
  static std::string connect_packet(std::size_t instance);
  /// One event of that instance on its way; `data` is JSON text.
  void emit(std::size_t instance, std::string data);
  /// Until nothing is left to do.
  void run() { home_.run(); }

  const io_counters& counters() const noexcept { return counters_; }

private:
  caf::actor_system_config config_;
  caf::actor_system system_{config_};
  io_counters counters_;
  test::manual_loop home_;
  io_unit unit_{system_, home_, counters_};
  dispatch_lists lists_;
  intake_queue queue_{home_, [](const emit_request&, unsigned, std::string_view) {}};
  hub_actor hub_;
  intake_actor intake_;
  directory_board board_;
  directory_view view_{board_};
  broadcaster_actor broadcaster_;
  event_log_actor log_;
  std::vector<directory_entry_ptr> instances_;
  gate_settings rules_;
  no_tokens tokens_;
  socketio::packet_limits packets_;
  key_gate gate_;
  front front_{connection_services{unit_, gate_, lists_, packets_}};
  std::uint32_t requests_ = 0;
};

} // namespace arauto::sessions
