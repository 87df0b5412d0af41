#pragma once

#include "bench/loadgen/channel.hpp"
#include "bench/loadgen/client_leg.hpp"
#include "bench/loadgen/run_state.hpp"
#include "bench/loadgen/websocket_frame.hpp"

#include <string>
#include <string_view>

namespace arauto::loadgen {

/// One WebSocket at a time: connects, upgrades, takes frames apart, answers WebSocket's own pings.
class websocket_leg final : public client_leg {
public:
  websocket_leg(run_state& run, std::uint32_t index) : run_{&run}, index_{index} {}

  void start(std::string path, owner& above) override;
  void on_ready(std::uint32_t events) override;
  void send(std::string_view text) override { send_frame(websocket_opcode::text, text); }
  void close() override;
  void slow_down(std::uint32_t bytes_per_s) override { slow_rate_ = bytes_per_s; }
  void go_on() override;

  bool is_open() const noexcept { return static_cast<bool>(channel_); }

private:
  enum class state : std::uint8_t { connecting, securing, upgrading, open };

  void read_slowly();
  void on_connected();
  void go_on_securing();
  void send_upgrade();
  void on_bytes(std::string_view bytes);
  void on_upgrade_answer(std::string_view bytes);
  /// Takes all complete frames; returns the bytes used.
  std::size_t take_frames(std::string_view bytes);
  void on_frame(const server_frame& frame);
  void send_frame(websocket_opcode opcode, std::string_view payload);
  void send_raw(std::string_view bytes);
  void end(ending how);
  void fail_connecting(int error);

  run_state* run_;
  owner* above_ = nullptr;
  channel channel_;
  std::uint32_t index_;
  state state_ = state::connecting;
  std::uint32_t slow_rate_ = 0;
  std::string path_;
  std::string unread_;
  std::string fragments_;
};

} // namespace arauto::loadgen
