#pragma once

#include "net/http/cors.hpp"
#include "net/http/message.hpp"

#include <optional>
#include <span>
#include <string_view>

namespace arauto::app {

/// One file of the npm package `socket.io-client` for browsers, embedded at build time.
struct client_file {
  std::string_view name;
  std::string_view plain;
  /// The same, compressed by gzip.
  std::string_view zipped;
};

/// Empty when the build had no npm.
std::span<const client_file> client_files() noexcept;
/// Version of that package; empty when there is none.
std::string_view client_version() noexcept;

/// The answer to a request for the browser bundle (`/socket.io/socket.io.js`, `.min.js`, `.esm.min.js`,
/// `.msgpack.min.js`, and their maps), as Node's server gives it: no key, ETag of the version, 304, gzip. Nothing when
/// the request is for something else. Any thread.
std::optional<http::response> bundle_answer(const http::request& asked, const http::cors_policy& cors);

} // namespace arauto::app
