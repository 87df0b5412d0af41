#pragma once

#include "net/http/message.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace arauto::http {

/// Who may read answers from another origin. Values of `CORS_ORIGIN`, `CORS_METHODS`, `CORS_CREDENTIALS`; the members
/// behind those count in the Engine.IO half only.
struct cors_policy {
  std::vector<std::string> origins{"*"};
  std::vector<std::string> methods{"POST", "GET", "PUT", "DELETE"};
  bool credentials = false;
  /// Header fields that a request may bring; empty: those that the preflight asks for.
  std::vector<std::string> allowed_headers{};
  /// Header fields of answers that a page may read.
  std::vector<std::string> exposed_headers{};
  /// How long a browser may remember a preflight, in seconds.
  std::optional<std::uint32_t> max_age{};
  /// Off: answers say nothing, and OPTIONS is a method like any other.
  bool is_on = true;

  bool allows_any() const noexcept;
  bool allows(std::string_view origin) const noexcept;
  /// Whether a page may open a Socket.IO connection: it names no origin, an allowed one, or this server's own address.
  /// A browser asks nobody before it opens a WebSocket, so the server has to look.
  bool admits(const request& handshake) const noexcept;
};

/// Adds the CORS fields of the REST half (contract section 1): the origin is echoed, also under `*`.
void add_rest_cors(const cors_policy& policy, const request& asked, response& answer);

/// Answers a preflight of the REST half: 204, empty.
response rest_preflight(const cors_policy& policy, const request& asked);

/// Adds the CORS fields of the Engine.IO half (Engine.IO text, section 8): a literal `*`, or the origin echoed.
void add_engine_cors(const cors_policy& policy, const request& asked, response& answer);

/// Answers a preflight of the Engine.IO half. Precondition: the policy is on.
response engine_preflight(const cors_policy& policy, const request& asked);

} // namespace arauto::http
