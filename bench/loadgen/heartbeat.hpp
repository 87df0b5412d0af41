#pragma once

#include "bench/loadgen/clock.hpp"
#include "bench/loadgen/histogram.hpp"

#include <cstdint>
#include <string_view>

namespace arauto::loadgen {

/// How late the server's timers are, over all connections.
struct heartbeat_tally {
  /// What the server said in its handshakes; 0 before the first of them.
  nanos interval = 0;
  nanos timeout = 0;
  std::uint64_t pings = 0;
  histogram ping_late_ns;
  /// How much too early a ping came at most; known of those that follow a pong.
  nanos ping_early = 0;
  /// Connections that answer no ping, how many of them the server has ended for that, and how late it was.
  std::uint64_t silent = 0;
  std::uint64_t timeouts = 0;
  histogram timeout_late_ns;

  /// Silent connections that the server still holds.
  std::uint64_t silent_kept() const noexcept { return silent - timeouts; }
};

/// The heartbeat of one connection (Engine.IO 4): a ping is due `interval` after the handshake or the last pong, the
/// end of a silent connection `timeout` after its ping. Both count from the moment at which this process reads or
/// begins to send, so a lateness includes the way there and back, what this process was busy with, and how long a pong
/// waited to be read.
class heartbeat {
public:
  explicit heartbeat(bool is_silent) noexcept : is_silent_{is_silent} {}

  /// `open_packet` is the handshake, from which the terms are read.
  void on_open(std::string_view open_packet, nanos at, heartbeat_tally& count);
  /// Whether the ping is to be answered.
  bool on_ping(nanos at, heartbeat_tally& count);
  /// The pong begins to be sent.
  void on_pong(nanos at, const heartbeat_tally& count) noexcept {
    due_ = at + count.interval;
    follows_pong_ = true;
  }
  /// The connection is gone. Whether that was its timeout, and not a loss.
  bool on_end(nanos at, heartbeat_tally& count);

private:
  bool is_silent_;
  bool awaits_end_ = false;
  bool follows_pong_ = false;
  nanos due_ = 0;
};

} // namespace arauto::loadgen
