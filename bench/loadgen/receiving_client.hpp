#pragma once

#include "bench/loadgen/client_leg.hpp"
#include "bench/loadgen/run_state.hpp"

#include <string>
#include <string_view>

namespace arauto::loadgen {

/// One receiving connection: connects, upgrades, joins its namespace, then judges every event that arrives. Stays where
/// it is: the leg knows it.
class receiving_client final : private client_leg::owner {
public:
  receiving_client(run_state& run, std::uint32_t index);
  receiving_client(receiving_client&&) = default; // Before `start`.

  void start();
  /// The socket is ready, as epoll says.
  void on_ready(std::uint32_t events) { leg_->on_ready(events); }
  /// Counts the connection as refused if it has not got through yet.
  void give_up();

  void go_on() { leg_->go_on(); }

  bool is_subscribed() const noexcept { return state_ == state::subscribed; }
  /// Whether each event has to reach it.
  bool is_waited_for() const noexcept { return is_subscribed() && !is_slow_ && !is_filtered_; }
  /// Number of the instance whose events it must receive.
  std::uint32_t instance() const noexcept { return instance_; }

private:
  enum class state : std::uint8_t { idle, connecting, opening, joining, subscribed, dead };

  void on_upgraded() override;
  void on_message(std::string_view text) override;
  void on_end(client_leg::ending) override { drop(); }
  void on_join_answer(std::string_view text);
  void on_event(std::string_view text);
  void become_subscribed();
  void drop();
  /// Socket.IO CONNECT for the connection's namespace.
  std::string join_packet() const;

  run_state* run_;
  std::unique_ptr<client_leg> leg_;
  std::uint32_t index_;
  std::uint32_t instance_;
  state state_ = state::idle;
  bool is_slow_;
  bool is_filtered_;
  sequence_check sequence_;
  heartbeat heartbeat_;
};

} // namespace arauto::loadgen
