#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace arauto::http {

/// Where an HTTP server is: a URL up to the resource.
struct server_url {
  bool is_secure = false;
  /// A name or an address, without brackets.
  std::string host;
  /// Decimal; the default of the scheme when the URL names none.
  std::string port;
  /// Begins with a slash and ends without one, or is empty.
  std::string prefix;

  /// The value of a `Host` field: brackets around IPv6, the port unless it is the default.
  std::string authority() const;
  /// The URL again, in its shortest form.
  std::string text() const;
};

/// Reads `http://host[:port][/path]` or the same with https. Nothing when it is anything else: also with a user, a
/// query or a fragment, which have no place there. Pure.
std::optional<server_url> parse_server_url(std::string_view text);

/// `text` as one segment of a path: every byte but letters, digits and `-._~` as `%XX`.
std::string percent_encode(std::string_view text);

} // namespace arauto::http
