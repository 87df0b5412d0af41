#pragma once

#include <cstddef>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

/// The few bytes of HTTP and WebSocket that the load generator speaks. Trusts its clients: well-formed requests with
/// Content-Length, and masked frames of at most 125 bytes.
namespace arauto::limit {

struct http_request {
  std::string_view method;
  std::string_view target;
  /// Value of Sec-WebSocket-Key; empty when it is no upgrade.
  std::string_view websocket_key;
  std::string_view body;
  std::size_t size = 0;
};

/// The request at the start of `bytes`, when it is complete.
std::optional<http_request> read_request(std::string_view bytes);

struct client_frame {
  bool is_text = false;
  std::string payload;
  std::size_t size = 0;
};

/// The frame at the start of `bytes`, unmasked, when it is complete.
std::optional<client_frame> read_client_frame(std::string_view bytes);

/// The answer to a key (RFC 6455, 4.2.2).
std::string accept_key(std::string_view websocket_key);

/// Appends one unmasked text frame.
void append_text_frame(std::string& out, std::initializer_list<std::string_view> parts);

} // namespace arauto::limit
