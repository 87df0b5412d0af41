#include "net/engineio/connection_fsm.hpp"

#include <utility>

namespace arauto::engineio {

connection_fsm::connection_fsm(const limits& x, transport first, std::uint8_t version) noexcept
    : limits_{&x}, current_{first}, version_{version} {}

/// The one timer of version 3 waits for the client's ping; that of version 4 for the time to ping.
arm connection_fsm::heartbeat() const noexcept {
  return {clock::heartbeat, version_ == 3 ? limits_->ping_interval + limits_->ping_timeout : limits_->ping_interval};
}

actions connection_fsm::start() {
  if (over_)
    return {};
  return {heartbeat()};
}

actions connection_fsm::close(close_reason why) {
  if (std::exchange(over_, true))
    return {};
  return {finish{why}};
}

actions connection_fsm::on_clock(clock which) {
  if (over_)
    return {};
  if (which == clock::upgrade) {
    if (std::exchange(probe_, probe_state::none) == probe_state::none)
      return {};
    return {drop_probe{}};
  }
  if (ping_pending_ || version_ == 3)
    return close(close_reason::ping_timeout);
  ping_pending_ = true;
  return {send_ping{}, arm{clock::heartbeat, limits_->ping_timeout}};
}

actions connection_fsm::on_packet(transport from, const packet& x) {
  if (over_)
    return {};
  if (from == transport::websocket && current_ != transport::websocket)
    return on_probe_packet(x);
  switch (x.type) {
  case packet_type::message:
    return {deliver{x.is_binary, x.data}};
  case packet_type::ping:
  case packet_type::pong:
    return on_heartbeat_packet(x);
  case packet_type::close: // The reference server waits for the transport to end; ending at once is allowed and better.
    return close(close_reason::transport_close);
  default: // Open, upgrade and noop mean nothing on the current transport; the reference server ignores them too.
    return {};
  }
}

/// The server pings in version 4, the client in version 3 (protocol text, section 6); the other way round is an error.
actions connection_fsm::on_heartbeat_packet(const packet& x) {
  if ((x.type == packet_type::ping) != (version_ == 3))
    return close(close_reason::parse_error);
  if (version_ == 3)
    return {send_pong{}, heartbeat()}; // What stands in the ping is not repeated.
  ping_pending_ = false;               // Also when no ping is pending, as in the reference server.
  return {heartbeat()};
}

/// What may arrive on a WebSocket that is not current yet (protocol text, section 7).
actions connection_fsm::on_probe_packet(const packet& x) {
  if (probe_ == probe_state::none)
    return {};
  if (x.type == packet_type::ping && x.data == "probe") {
    probe_ = probe_state::answered;
    // The client waits for its GET to end before it upgrades: end it at once.
    return {send_probe_pong{}, release_poll{}};
  }
  if (x.type != packet_type::upgrade)
    return drop();
  probe_ = probe_state::none;
  actions out{disarm{clock::upgrade}, release_poll{}, switch_to_websocket{}};
  current_ = transport::websocket;
  return out;
}

actions connection_fsm::drop() {
  probe_ = probe_state::none;
  return {disarm{clock::upgrade}, drop_probe{}};
}

actions connection_fsm::on_undecodable(transport from) {
  if (over_)
    return {};
  if (from == transport::websocket && current_ != transport::websocket)
    return probe_ == probe_state::none ? actions{} : drop();
  return close(close_reason::parse_error);
}

bool connection_fsm::accept_probe(actions& out) {
  if (over_ || current_ == transport::websocket || probe_ != probe_state::none)
    return false;
  probe_ = probe_state::opened;
  out.push_back(arm{clock::upgrade, limits_->upgrade_timeout});
  return true;
}

actions connection_fsm::on_transport_lost(transport which, bool by_error) {
  if (over_)
    return {};
  if (which != current_) {
    // The connection lives on; what ended is the probe, or the polling leg that an upgrade left behind.
    if (std::exchange(probe_, probe_state::none) == probe_state::none)
      return {};
    return {disarm{clock::upgrade}};
  }
  return close(by_error ? close_reason::transport_error : close_reason::transport_close);
}

actions connection_fsm::on_poll_held() {
  if (over_ || probe_ != probe_state::answered)
    return {};
  return {release_poll{}};
}

} // namespace arauto::engineio
