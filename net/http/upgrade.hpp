#pragma once

#include "net/http/message.hpp"

#include <optional>

namespace arauto::http {

/// Why a request cannot become a WebSocket.
struct upgrade_fault {
  unsigned status = 400;
  std::string_view text;
  /// The answer says which versions are spoken (RFC 6455, section 4.4).
  bool names_versions = false;
};

/// Looks for what a WebSocket handshake needs (RFC 6455, section 4.2.1), in the words of npm `ws`.
std::optional<upgrade_fault> find_upgrade_fault(const request& asked);

} // namespace arauto::http
