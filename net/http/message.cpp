#include "net/http/message.hpp"

#include <algorithm>

namespace arauto::http {

namespace {

char lower(char x) noexcept {
  return x >= 'A' && x <= 'Z' ? static_cast<char>(x - 'A' + 'a') : x;
}

} // namespace

bool equals_ignoring_case(std::string_view a, std::string_view b) noexcept {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) { return lower(x) == lower(y); });
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
