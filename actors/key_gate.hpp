#pragma once

#include "actors/bearer.hpp"
#include "actors/directory.hpp"
#include "actors/gate.hpp"
#include "actors/log_gate.hpp"
#include "actors/ports.hpp"

#include <string>
#include <vector>

namespace arauto {

/// Rules of admission, the same for every I/O thread.
struct gate_settings {
  /// Peers on this list need no key, unless they came through a proxy (`WEBSOCKET_KEYLESS`).
  bool keyless = false;
  std::vector<std::string> allowed_hosts;
  /// Old behaviour: a missing or wrong key at a WebSocket handshake gets HTTP 400
  /// (`WEBSOCKET_REFUSE_WRONG_KEY_UPGRADE`).
  bool refuse_upgrades = false;
  /// Whether clients are heard at all (`WEBSOCKET_CLIENT_EVENTS`), and within which limits.
  bool client_events = false;
  std::size_t client_event_bytes_max = 1000000;
  std::uint32_t client_events_per_second = 100;
  std::size_t namespaces_max = 1000;
  /// "/" gets events (`WEBSOCKET_GLOBAL_EVENTS`).
  bool global_events = true;
  /// A client without key may send messages of this size until it has joined, in bytes.
  std::size_t keyless_payload_max = 16384;
  std::chrono::milliseconds connect_timeout{45000};
  std::chrono::milliseconds keyless_connect_timeout{5000};
};

/// Judges API keys by the directory of its I/O thread: the global key, tokens of instances, browser tokens.
class key_gate final : public gate {
public:
  /// `log`: nothing when events are not kept.
  key_gate(const gate_settings& settings, directory_view& instances, const browser_token_reader& tokens,
           broadcaster_actor broadcaster, std::optional<log_access> log = std::nullopt);

  admission admit(const handshake& shake) override;
  std::chrono::milliseconds connect_timeout(const handshake& shake) override;
  std::variant<gate_pass, gate_refusal> judge(const connect_request& x) override;
  std::size_t namespaces_max() const noexcept override { return settings_.namespaces_max; }

private:
  bool is_keyless_peer(const handshake& shake) const noexcept;
  bool knows(const handshake& shake);
  bearer who(std::string_view key, const handshake& shake);
  recovery_mode recovery_of(std::string_view nsp);
  log_subject subject_of(const key_owner& owner, std::string_view nsp, std::string_view key);
  std::variant<gate_pass, gate_refusal> judge_root(const key_owner& owner);
  std::variant<gate_pass, gate_refusal> judge_instance(const key_owner& owner, std::string_view name);
  const client_event_rules* rules_for(std::string_view nsp, bool is_read_only) const noexcept;

  const gate_settings& settings_;
  directory_view& instances_;
  const browser_token_reader& tokens_;
  broadcaster_actor broadcaster_;
  std::optional<log_access> log_;
  client_event_rules sender_rules_;
  client_event_rules reader_rules_;
};

} // namespace arauto
