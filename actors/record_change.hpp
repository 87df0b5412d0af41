#pragma once

#include "actors/record.hpp"

#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace arauto {

/// `POST /websocket/set`. What is absent keeps its stored value.
struct websocket_choice {
  bool enabled = false;
  std::vector<std::string> events;
  std::optional<bool> keeps_events{};
  std::optional<bool> recovery{};
};

/// `POST /webhook/set`. What is absent keeps its stored value.
struct webhook_choice {
  bool enabled = false;
  std::string url;
  std::vector<std::string> events;
  /// JSON text of an object.
  std::optional<std::string> headers;
  std::optional<bool> by_events;
  std::optional<bool> base64;
};

/// `PUT /instance/token`: a fresh token when `token` is empty. Ends the sessions of the old one.
struct token_choice {
  std::string token;
};

/// The instance was opened, closed or is connecting.
struct status_choice {
  std::string status;
  /// Whether clients are told (`connection.update`, and `logout.instance` when it closed).
  bool is_announced = true;
};

/// One change of a stored instance.
using record_change = std::variant<websocket_choice, webhook_choice, token_choice, status_choice>;

/// The record after the change. Pure but for fresh ids and tokens.
instance_record changed(instance_record x, const record_change& what, std::int64_t now_ms);

} // namespace arauto
