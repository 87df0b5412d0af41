#pragma once

#include "bench/loadgen/run_state.hpp"
#include "bench/loadgen/websocket_frame.hpp"

#include <string>
#include <string_view>

namespace arauto::loadgen {

/// One receiving connection: connects, upgrades, joins its namespace, then judges every event that arrives.
class websocket_client {
public:
  websocket_client(run_state& run, std::uint32_t index);

  void start();
  /// The socket is ready, as epoll says.
  void on_ready(std::uint32_t events);
  /// Counts the connection as refused if it has not got through yet.
  void give_up();

  bool is_subscribed() const noexcept { return state_ == state::subscribed; }
  /// Number of the instance whose events it must receive.
  std::uint32_t instance() const noexcept { return instance_; }

private:
  enum class state : std::uint8_t { idle, connecting, upgrading, opening, joining, subscribed, dead };

  void send_upgrade();
  void on_bytes(std::string_view bytes);
  void on_upgrade_answer(std::string_view bytes);
  /// Takes all complete frames; returns the bytes used.
  std::size_t take_frames(std::string_view bytes);
  void on_frame(const server_frame& frame);
  void on_text(std::string_view text);
  void on_join_answer(std::string_view text);
  void on_event(std::string_view text);
  void become_subscribed();
  void send(websocket_opcode opcode, std::string_view payload);
  void send_raw(std::string_view bytes);
  void drop();
  /// Socket.IO CONNECT for the connection's namespace.
  std::string join_packet() const;
  std::string expand_own(const std::string& text) const;

  run_state* run_;
  unique_fd fd_;
  std::uint32_t index_;
  std::uint32_t instance_;
  state state_ = state::idle;
  sequence_check sequence_;
  heartbeat heartbeat_;
  std::string unread_;
  std::string fragments_;
};

} // namespace arauto::loadgen
