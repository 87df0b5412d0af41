#pragma once

#include "net/engineio/handshake.hpp"
#include "net/engineio/packet.hpp"
#include "net/ports.hpp"

#include <variant>
#include <vector>

namespace arauto::engineio {

/// The clocks of a connection.
enum class clock : std::uint8_t { heartbeat, upgrade };

/// Send a ping on the current transport.
struct send_ping {
  friend bool operator==(const send_ping&, const send_ping&) = default;
};
/// Answer a ping of the client on the current transport (version 3).
struct send_pong {
  friend bool operator==(const send_pong&, const send_pong&) = default;
};
/// Send `3probe` on the WebSocket that is probing, at once.
struct send_probe_pong {
  friend bool operator==(const send_probe_pong&, const send_probe_pong&) = default;
};
/// Give the message to the application.
struct deliver {
  bool is_binary = false;
  std::string_view data;
  friend bool operator==(const deliver&, const deliver&) = default;
};
struct arm {
  clock which = clock::heartbeat;
  std::chrono::milliseconds delay{0};
  friend bool operator==(const arm&, const arm&) = default;
};
struct disarm {
  clock which = clock::heartbeat;
  friend bool operator==(const disarm&, const disarm&) = default;
};
/// Answer the held GET, if there is one, with a noop packet.
struct release_poll {
  friend bool operator==(const release_poll&, const release_poll&) = default;
};
/// The WebSocket becomes the current transport: everything queued and everything new goes there.
struct switch_to_websocket {
  friend bool operator==(const switch_to_websocket&, const switch_to_websocket&) = default;
};
/// Close the WebSocket that is probing; the connection stays on polling.
struct drop_probe {
  friend bool operator==(const drop_probe&, const drop_probe&) = default;
};
/// The connection is over: tell the application and close the transports.
struct finish {
  close_reason why = close_reason::transport_close;
  friend bool operator==(const finish&, const finish&) = default;
};

using action = std::variant<send_ping, send_pong, send_probe_pong, deliver, arm, disarm, release_poll,
                            switch_to_websocket, drop_probe, finish>;
using actions = std::vector<action>;

/// The rules of one Engine.IO connection: heartbeat, upgrade, what a packet means where. Values in, actions out, to
/// be carried out in order; after `finish` nothing is asked of it any more and every call returns no action.
class connection_fsm {
public:
  /// A connection that was just opened on `first`. The driver sends the open packet itself.
  /// `x` must outlive the connection. `version` is 4 or 3: in version 3 the client pings.
  connection_fsm(const limits& x, transport first, std::uint8_t version = 4) noexcept;

  /// Starts the heartbeat.
  actions start();

  /// A packet arrived on `from`. WebSocket packets before `switch_to_websocket` come from the probe.
  actions on_packet(transport from, const packet& x);

  /// Bytes on `from` were no packet.
  actions on_undecodable(transport from);

  actions on_clock(clock which);

  /// A WebSocket asks to take over. False: there is one already, or the connection is on WebSocket or over; then the
  /// driver closes the new one at once (protocol text: 101 and an immediate close).
  bool accept_probe(actions& out);

  /// The probing or current WebSocket is gone, or the TCP connection of a held GET.
  actions on_transport_lost(transport which, bool by_error);

  /// A GET arrived and is held while a probe has been answered: it has to be released.
  actions on_poll_held();

  /// The application closes the connection.
  actions close(close_reason why);

  std::uint8_t version() const noexcept { return version_; }
  transport current() const noexcept { return current_; }
  bool is_probing() const noexcept { return probe_ != probe_state::none; }
  /// The probe was answered: the client has stopped to poll, and will upgrade.
  bool is_changing() const noexcept { return probe_ == probe_state::answered; }
  bool is_over() const noexcept { return over_; }

private:
  enum class probe_state : std::uint8_t { none, opened, answered };

  actions on_heartbeat_packet(const packet& x);
  actions on_probe_packet(const packet& x);
  arm heartbeat() const noexcept;
  actions drop();

  const limits* limits_;
  transport current_;
  std::uint8_t version_;
  probe_state probe_ = probe_state::none;
  /// A ping went out and its pong has not come.
  bool ping_pending_ = false;
  bool over_ = false;
};

} // namespace arauto::engineio
