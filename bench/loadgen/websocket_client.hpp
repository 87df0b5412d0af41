#pragma once

#include "bench/loadgen/websocket_leg.hpp"

#include <string>
#include <string_view>

namespace arauto::loadgen {

/// One receiving connection: connects, upgrades, joins its namespace, then judges every event that arrives. Stays where
/// it is: the leg knows it.
class websocket_client final : private websocket_leg::owner {
public:
  websocket_client(run_state& run, std::uint32_t index);
  websocket_client(websocket_client&&) = default; // Before `start`.

  void start();
  /// The socket is ready, as epoll says.
  void on_ready(std::uint32_t events) { leg_.on_ready(events); }
  /// Counts the connection as refused if it has not got through yet.
  void give_up();

  bool is_subscribed() const noexcept { return state_ == state::subscribed; }
  /// Number of the instance whose events it must receive.
  std::uint32_t instance() const noexcept { return instance_; }

private:
  enum class state : std::uint8_t { idle, connecting, opening, joining, subscribed, dead };

  void on_upgraded() override;
  void on_message(std::string_view text) override;
  void on_end(websocket_leg::ending) override { drop(); }
  void on_join_answer(std::string_view text);
  void on_event(std::string_view text);
  void become_subscribed();
  void drop();
  /// Socket.IO CONNECT for the connection's namespace.
  std::string join_packet() const;

  run_state* run_;
  websocket_leg leg_;
  std::uint32_t index_;
  std::uint32_t instance_;
  state state_ = state::idle;
  sequence_check sequence_;
  heartbeat heartbeat_;
};

} // namespace arauto::loadgen
