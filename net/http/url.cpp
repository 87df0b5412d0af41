#include "net/http/url.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>

namespace arauto::http {

namespace {

bool is_letter_or_digit(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool is_unreserved(char c) noexcept {
  return is_letter_or_digit(c) || c == '-' || c == '.' || c == '_' || c == '~';
}

std::string_view default_port(bool is_secure) noexcept {
  return is_secure ? "443" : "80";
}

bool take_scheme(std::string_view& rest, std::string_view scheme) {
  const auto is_same = [](char a, char b) {
    return (a >= 'A' && a <= 'Z' ? static_cast<char>(a - 'A' + 'a') : a) == b;
  };
  if (rest.size() < scheme.size() || !std::ranges::equal(rest.substr(0, scheme.size()), scheme, is_same))
    return false;
  rest.remove_prefix(scheme.size());
  return true;
}

bool is_port(std::string_view x) noexcept {
  std::uint16_t number = 0;
  const auto [stop, ec] = std::from_chars(x.data(), x.data() + x.size(), number);
  return ec == std::errc{} && stop == x.data() + x.size() && number != 0;
}

/// Splits "host", "host:port" or "[address]:port"; the port is empty when there is none.
bool split_authority(std::string_view text, server_url& out) {
  const auto is_bracketed = text.starts_with('[');
  const auto end = is_bracketed ? text.find(']') : text.find(':');
  if (is_bracketed && end == text.npos)
    return false;
  const auto host = is_bracketed ? text.substr(1, end - 1) : text.substr(0, end);
  auto rest = is_bracketed ? text.substr(end + 1) : end == text.npos ? std::string_view{} : text.substr(end);
  const auto is_host_character = [&](char c) { return is_unreserved(c) || (is_bracketed && (c == ':' || c == '%')); };
  if (host.empty() || !std::ranges::all_of(host, is_host_character))
    return false;
  out.host = host;
  if (rest.empty())
    return true;
  if (!rest.starts_with(':') || !is_port(rest.substr(1)))
    return false;
  out.port = rest.substr(1);
  return true;
}

} // namespace

std::string server_url::authority() const {
  auto x = host.find(':') == host.npos ? host : '[' + host + ']';
  return port == default_port(is_secure) ? x : x + ':' + port;
}

std::string server_url::text() const {
  return (is_secure ? "https://" : "http://") + authority() + prefix;
}

std::optional<server_url> parse_server_url(std::string_view text) {
  server_url x;
  x.is_secure = take_scheme(text, "https://");
  if (!x.is_secure && !take_scheme(text, "http://"))
    return std::nullopt;
  x.port = default_port(x.is_secure);
  const auto slash = std::min(text.find('/'), text.size());
  if (!split_authority(text.substr(0, slash), x))
    return std::nullopt;
  auto path = text.substr(slash);
  const auto is_path_character = [](char c) { return c > ' ' && c < 0x7F && c != '?' && c != '#'; };
  if (!std::ranges::all_of(path, is_path_character))
    return std::nullopt;
  while (path.ends_with('/'))
    path.remove_suffix(1);
  x.prefix = path;
  return x;
}

std::string percent_encode(std::string_view text) {
  constexpr auto digits = "0123456789ABCDEF";
  std::string x;
  for (const auto c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (is_unreserved(c))
      x += c;
    else
      x.append(1, '%').append(1, digits[byte >> 4]).append(1, digits[byte & 15]);
  }
  return x;
}

} // namespace arauto::http
