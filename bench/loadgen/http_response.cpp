#include "bench/loadgen/http_response.hpp"

#include <algorithm>
#include <charconv>
#include <strings.h>

namespace arauto::loadgen {

namespace {

template <class Number>
Number to_number(std::string_view text) {
  Number value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

/// Value of the named field, without leading spaces; empty when absent.
std::string_view field(std::string_view head, std::string_view name) {
  for (auto at = head.find("\r\n"); at != std::string_view::npos; at = head.find("\r\n", at)) {
    at += 2;
    const auto line = head.substr(at, head.find("\r\n", at) - at);
    if (line.size() > name.size() && line[name.size()] == ':' &&
        strncasecmp(line.data(), name.data(), name.size()) == 0) {
      const auto value = line.substr(name.size() + 1);
      return value.substr(std::min(value.find_first_not_of(' '), value.size()));
    }
  }
  return {};
}

} // namespace

std::optional<http_response> read_response(std::string_view bytes) {
  constexpr std::string_view last_chunk = "\r\n0\r\n\r\n";
  const auto head_end = bytes.find("\r\n\r\n");
  if (head_end == std::string_view::npos || head_end < 12)
    return std::nullopt;
  const auto head = bytes.substr(0, head_end + 2);
  const auto body_at = head_end + 4;
  const auto length = field(head, "content-length");
  const bool is_chunked = field(head, "transfer-encoding") == "chunked";
  auto body_size = to_number<std::size_t>(length);
  if (is_chunked) {
    const auto end = bytes.find(last_chunk, head_end + 2);
    if (end == std::string_view::npos)
      return std::nullopt;
    body_size = end + last_chunk.size() - body_at;
  }
  if (bytes.size() < body_at + body_size)
    return std::nullopt;
  return http_response{to_number<int>(head.substr(9, 3)), is_chunked || !length.empty(),
                       bytes.substr(body_at, body_size), body_at + body_size};
}

} // namespace arauto::loadgen
