#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace arauto {

/// The row behind `/websocket/set|find` (contract section 2).
struct websocket_row {
  std::string id;
  bool enabled = false;
  /// Config names as given, duplicates kept.
  std::vector<std::string> events;
  std::int64_t created_at_ms = 0;
  std::int64_t updated_at_ms = 0;
  /// The event log keeps what its events say (`log`).
  bool keeps_events = true;
  /// Who gets recovery in its namespace: everybody or nobody; nothing: as `WEBSOCKET_RECOVERY` says.
  std::optional<bool> recovery{};
};

/// The row behind `/webhook/set|find` (contract section 2). Stored and shown; nothing is sent yet.
struct webhook_row {
  std::string id;
  std::string url;
  /// JSON text of an object; absent: null.
  std::optional<std::string> headers;
  bool enabled = false;
  /// Config names as given.
  std::vector<std::string> events;
  bool by_events = false;
  bool base64 = false;
  std::int64_t created_at_ms = 0;
  std::int64_t updated_at_ms = 0;
};

/// The `settings` of an instance: stored and shown.
struct behaviour_row {
  std::string id;
  bool reject_call = false;
  std::string msg_call;
  bool groups_ignore = false;
  bool always_online = false;
  bool read_messages = false;
  bool read_status = false;
  bool sync_full_history = false;
  std::string wavoip_token;
};

/// Everything that is stored of an instance. A value.
struct instance_record {
  /// UUID, version 4.
  std::string id;
  std::string name;
  std::string token;
  /// `EVOLUTION`, `WHATSAPP-BUSINESS`, `WHATSAPP-BAILEYS` or `SYNTHETIC`.
  std::string integration;
  /// `open`, `close` or `connecting`.
  std::string connection_status;
  std::optional<std::string> owner_jid;
  std::optional<std::string> profile_name;
  std::optional<std::string> profile_pic_url;
  std::optional<std::string> number;
  std::optional<std::string> business_id;
  behaviour_row behaviour;
  std::optional<websocket_row> websocket;
  std::optional<webhook_row> webhook;
  /// Raised when the token changes: sessions of an older generation end.
  std::uint64_t generation = 1;
  std::int64_t created_at_ms = 0;
  std::int64_t updated_at_ms = 0;
};

} // namespace arauto
