#pragma once

#include "actors/directory.hpp"
#include "actors/ports.hpp"
#include "actors/session.hpp"
#include "net/ports.hpp"

#include <chrono>
#include <optional>
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

/// What a browser token takes away from a session: it reads these events only, and until then.
struct gate_limits {
  event_filter filter;
  std::int64_t expires_at_ms = 0;
};

/// A CONNECT that may go on: whom to ask, and as whom.
struct gate_pass {
  session_owner owner;
  std::uint64_t generation = 0;
  session_scope scope;
  std::vector<instance_claim> claims;
  std::optional<gate_limits> limits;
};

/// Judges keys, at handshakes and per namespace. One per I/O thread, that thread only.
class gate {
public:
  gate(const gate_settings& settings, directory_view& instances, const browser_token_reader& tokens,
       broadcaster_actor broadcaster)
      : settings_{settings}, instances_{instances}, tokens_{tokens}, broadcaster_{std::move(broadcaster)} {}

  /// At the handshake of a connection.
  admission admit(const handshake& shake);

  /// For one namespace. `key` is what the CONNECT packet or else the handshake carried.
  std::variant<gate_pass, gate_refusal> judge(std::string_view key, std::string_view nsp, const handshake& shake);

  /// Whether the key opens anything at all.
  bool knows(std::string_view key, const handshake& shake);
  const gate_settings& settings() const noexcept { return settings_; }

private:
  bool is_keyless_peer(const handshake& shake) const noexcept;
  struct bearer {
    key_owner owner;
    std::optional<gate_limits> limits;
  };
  bearer bearer_of(std::string_view key, const handshake& shake);
  std::optional<bearer> read_browser_token(std::string_view key);

  const gate_settings& settings_;
  directory_view& instances_;
  const browser_token_reader& tokens_;
  broadcaster_actor broadcaster_;
};

} // namespace arauto
