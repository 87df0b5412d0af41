#pragma once

#include "net/engineio/handshake.hpp"
#include "net/http/cors.hpp"

#include <cstddef>
#include <optional>
#include <string>

namespace arauto::io {

/// A cookie that carries the sid, for load balancers.
struct session_cookie {
  std::string name = "io";
  std::string path = "/";
  bool http_only = true;
  /// `Lax`, `Strict` or `None`; empty: not said.
  std::string same_site = "Lax";

  /// The value of `Set-Cookie`.
  std::string text(std::string_view sid) const;
};

/// Settings of Engine.IO, the same for every I/O thread. Never changed while threads run.
struct engine_settings {
  engineio::limits limits;
  http::cors_policy cors;
  /// Where the engine answers, with both slashes.
  std::string path = "/socket.io/";
  /// Bound on the frames that wait for one connection, in bytes; an empty queue takes one frame of any size.
  std::size_t backlog_max = 1048576;
  /// Serves clients of version 3, too.
  bool allow_v3 = false;
  /// Refuses handshakes from pages that `cors` does not let read answers, also those for WebSocket.
  bool refuse_foreign_origins = false;
  /// Keeps header fields of requests for the application (`handshake::fields`, `outbox::request_fields`).
  bool keep_fields = false;
  /// Sent with the answer to a polling handshake.
  std::optional<session_cookie> cookie;
};

} // namespace arauto::io
