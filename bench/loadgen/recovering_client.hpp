#pragma once

#include "bench/loadgen/back_off.hpp"
#include "bench/loadgen/storm_state.hpp"
#include "bench/loadgen/websocket_leg.hpp"

#include <string>
#include <string_view>

namespace arauto::loadgen {

/// A listener with recovery (`auth.recovery`) that comes back by itself after socket.io-client's waits, with the `pid`
/// and the offset that it has. Judges every event. Stays where it is: the leg knows it.
class recovering_client final : private websocket_leg::owner {
public:
  recovering_client(storm_state& storm, std::uint32_t index);
  recovering_client(recovering_client&&) = default; // Before `start`.

  /// Connects for the first time, or again.
  void start();
  /// The socket is ready, as epoll says.
  void on_ready(std::uint32_t events) { leg_.on_ready(events); }

  std::uint32_t instance() const noexcept { return instance_; }

private:
  enum class state : std::uint8_t { away, coming, joining, here, sent_away };

  void on_upgraded() override {}
  void on_message(std::string_view text) override;
  void on_end(websocket_leg::ending how) override;
  void on_join_answer(std::string_view text);
  void on_event(std::string_view text);
  void note_first_event_after_return();
  void look_whether_caught_up();
  void be_sent_away(std::string_view why);
  std::string join_packet() const;

  storm_state* storm_;
  websocket_leg leg_;
  std::uint32_t index_;
  std::uint32_t instance_;
  state state_ = state::away;
  back_off waits_;
  std::string sid_;
  std::string pid_;
  std::string offset_;
  sequence_check sequence_;
  std::uint64_t newest_ = 0;
  nanos last_event_at_ = 0;
  nanos closed_at_ = 0;
  /// What the server had accepted when this client came back: it has to get that far.
  std::uint64_t goal_ = 0;
  bool was_closed_ = false;
  bool has_returned_ = false;
  bool has_caught_up_ = false;
  bool has_event_since_ = false;
};

} // namespace arauto::loadgen
