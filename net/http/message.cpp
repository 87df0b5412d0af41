#include "net/http/message.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace arauto::http {

namespace {

char lower(char x) noexcept {
  return x >= 'A' && x <= 'Z' ? static_cast<char>(x - 'A' + 'a') : x;
}

std::uint64_t eight_bytes(const char* from) noexcept {
  std::uint64_t x = 0;
  std::memcpy(&x, from, sizeof x);
  return x;
}

/// Whether eight bytes are the same but for the case of letters.
bool differ_in_case_only(std::uint64_t a, std::uint64_t b) noexcept {
  constexpr std::uint64_t each = 0x0101010101010101;
  constexpr std::uint64_t high = 0x80 * each;
  const auto difference = a ^ b;
  // Adding to seven bits raises the eighth from a certain letter on.
  const auto letter = (a | 0x20 * each) & ~high;
  const auto is_letter = (letter + (0x80 - 'a') * each) & ~(letter + (0x80 - 'z' - 1) * each) & ~a & high;
  return (difference & ~(0x20 * each)) == 0 && (difference << 2 & ~is_letter) == 0;
}

} // namespace

bool equals_ignoring_case(std::string_view a, std::string_view b) noexcept {
  if (a.size() != b.size())
    return false;
  constexpr std::size_t at_once = sizeof(std::uint64_t);
  if (a.size() < at_once)
    return std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) { return lower(x) == lower(y); });
  // The last eight may have been looked at in part.
  for (std::size_t at = 0; at < a.size(); at += at_once) {
    const auto from = std::min(at, a.size() - at_once);
    if (!differ_in_case_only(eight_bytes(a.data() + from), eight_bytes(b.data() + from)))
      return false;
  }
  return true;
}

std::string_view request::field(std::string_view name) const noexcept {
  return fields.find_last(name, [name](std::string_view key) { return equals_ignoring_case(key, name); }).value_or("");
}

bool request::has_field(std::string_view name) const noexcept {
  return fields.find_last(name, [name](std::string_view key) { return equals_ignoring_case(key, name); }).has_value();
}

std::string request::joined_field(std::string_view name) const {
  std::string all;
  for (const auto& [key, value] : fields)
    if (equals_ignoring_case(key, name))
      all.append(all.empty() ? "" : ", ").append(value);
  return all;
}

std::string_view request::path() const noexcept {
  return std::string_view{target}.substr(0, target.find('?'));
}

std::string_view request::query() const noexcept {
  const auto question = target.find('?');
  return question == std::string::npos ? std::string_view{} : std::string_view{target}.substr(question + 1);
}

std::string_view response::field(std::string_view name) const noexcept {
  for (const auto& [key, value] : fields)
    if (equals_ignoring_case(key, name))
      return value;
  return {};
}

void response::remove(std::string_view name) {
  fields.erase_if([name](std::string_view key, std::string_view) { return equals_ignoring_case(key, name); });
}

std::string_view reason_phrase(unsigned status) noexcept {
  switch (status) {
  case 200:
    return "OK";
  case 201:
    return "Created";
  case 202:
    return "Accepted";
  case 204:
    return "No Content";
  case 301:
    return "Moved Permanently";
  case 304:
    return "Not Modified";
  case 400:
    return "Bad Request";
  case 401:
    return "Unauthorized";
  case 403:
    return "Forbidden";
  case 404:
    return "Not Found";
  case 405:
    return "Method Not Allowed";
  case 408:
    return "Request Timeout";
  case 409:
    return "Conflict";
  case 413:
    return "Payload Too Large";
  case 415:
    return "Unsupported Media Type";
  case 417:
    return "Expectation Failed";
  case 422:
    return "Unprocessable Entity";
  case 426:
    return "Upgrade Required";
  case 429:
    return "Too Many Requests";
  case 431:
    return "Request Header Fields Too Large";
  case 500:
    return "Internal Server Error";
  case 501:
    return "Not Implemented";
  case 503:
    return "Service Unavailable";
  case 505:
    return "HTTP Version Not Supported";
  default:
    return "Status";
  }
}

bool request_handler::begin(const request&, reply_slot) {
  return false;
}

void request_handler::overflow(const request&, reply_slot) {}

} // namespace arauto::http
