#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace arauto::loadgen {

/// One HTTP response, as a view of the bytes it came in.
struct http_response {
  int status = 0;
  /// Whether it tells where its body ends. If not, `body` is empty: the body goes on until the connection ends.
  bool has_length = false;
  /// As sent: chunks are not taken apart.
  std::string_view body;
  /// Bytes of head and body.
  std::size_t size = 0;

  bool is_success() const noexcept { return status >= 200 && status < 300; }
};

/// The first response in `bytes`, when it is complete (length by Content-Length or by the last chunk).
std::optional<http_response> read_response(std::string_view bytes);

} // namespace arauto::loadgen
