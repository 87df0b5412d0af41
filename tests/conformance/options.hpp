#pragma once

#include "net/http/cors.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace arauto::conformance {

/// Which behaviour the server shows: the official protocol suites (A), interoperability and recordings (B), the suite
/// of the Socket.IO client (C), the suite of the Engine.IO client (D).
enum class profile : char { a = 'A', b = 'B', c = 'C', d = 'D' };

/// The command line, read; what is not given has the profile's value.
struct options {
  conformance::profile profile = profile::b;
  std::vector<std::string> hosts{"127.0.0.1"};
  std::uint16_t port = 0;
  std::size_t io_threads = 2;
  std::chrono::milliseconds ping_interval{25000};
  std::chrono::milliseconds ping_timeout{20000};
  std::chrono::milliseconds connect_timeout{45000};
  std::chrono::milliseconds upgrade_timeout{10000};
  std::size_t max_payload = 1000000;
  /// Each handshake is held back for so long.
  std::chrono::milliseconds handshake_delay{0};
  bool eio3 = false;
  /// Name of the cookie; empty: none.
  std::string cookie;
  http::cors_policy cors;
  /// Refuses every handshake with code 4.
  bool forbid = false;
  /// Connection state recovery, with the reference server's default parameters.
  bool recovery = false;
};

/// What the command line asks for: options, or an exit code when the program has nothing to do. Prints help and errors.
struct command_line {
  conformance::options options;
  std::optional<int> exit_code;
};
command_line read_command_line(int count, const char* const* words);

} // namespace arauto::conformance
