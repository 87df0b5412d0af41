#include "net/http/upgrade.hpp"

#include <algorithm>

namespace arauto::http {

namespace {

/// Base64 of 16 bytes.
bool is_key(std::string_view x) noexcept {
  constexpr std::size_t digits = 22;
  const auto is_digit = [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '/';
  };
  return x.size() == digits + 2 && x.ends_with("==") && std::all_of(x.begin(), x.begin() + digits, is_digit);
}

} // namespace

std::optional<upgrade_fault> find_upgrade_fault(const request& asked) {
  if (asked.method != "GET")
    return upgrade_fault{405, "Invalid HTTP method"};
  if (!equals_ignoring_case(asked.field("upgrade"), "websocket"))
    return upgrade_fault{400, "Invalid Upgrade header"};
  if (!is_key(asked.field("sec-websocket-key")))
    return upgrade_fault{400, "Missing or invalid Sec-WebSocket-Key header"};
  const auto version = asked.field("sec-websocket-version");
  if (version != "13" && version != "8")
    return upgrade_fault{400, "Missing or invalid Sec-WebSocket-Version header", true};
  return std::nullopt;
}

} // namespace arauto::http
