#pragma once

#include "actors/directory.hpp"
#include "actors/session.hpp"
#include "net/ports.hpp"

#include <chrono>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace arauto {

/// Rules of admission, the same for every I/O thread (design: keys are judged on the I/O thread, by the directory).
struct gate_settings {
  /// Peers on this list need no key, unless they came through a proxy (`WEBSOCKET_KEYLESS`).
  bool keyless = false;
  std::vector<std::string> allowed_hosts;
  /// Old behaviour: a missing or wrong key at a WebSocket handshake gets HTTP 400
  /// (`WEBSOCKET_REFUSE_WRONG_KEY_UPGRADE`).
  bool refuse_upgrades = false;
  bool client_events = false;
  std::size_t namespaces_max = 1000;
  /// A client without key may send messages of this size until it has joined, in bytes.
  std::size_t keyless_payload_max = 16384;
  std::chrono::milliseconds connect_timeout{45000};
  std::chrono::milliseconds keyless_connect_timeout{5000};
};

/// A CONNECT that was refused: text and JSON of its CONNECT_ERROR.
struct gate_refusal {
  std::string message;
  std::string data;
};

/// A CONNECT that may go on: whom to ask, and as whom.
struct gate_pass {
  session_owner owner;
  std::uint64_t generation = 0;
  session_scope scope;
};

/// Judges keys, at handshakes and per namespace. One per I/O thread, that thread only.
class gate {
public:
  gate(const gate_settings& settings, directory_view& instances, broadcaster_actor broadcaster)
      : settings_{settings}, instances_{instances}, broadcaster_{std::move(broadcaster)} {}

  /// At the handshake of a connection.
  admission admit(const handshake& shake);

  /// For one namespace. `key` is what the CONNECT packet or else the handshake carried.
  std::variant<gate_pass, gate_refusal> judge(std::string_view key, std::string_view nsp, const handshake& shake);

  /// Whether the key opens anything at all.
  bool knows(std::string_view key, const handshake& shake);
  const gate_settings& settings() const noexcept { return settings_; }

private:
  bool is_keyless_peer(const handshake& shake) const noexcept;
  key_owner owner_of(std::string_view key, const handshake& shake);

  const gate_settings& settings_;
  directory_view& instances_;
  broadcaster_actor broadcaster_;
};

} // namespace arauto
