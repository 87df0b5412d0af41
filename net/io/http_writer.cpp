#include "net/io/http_writer.hpp"

#include <ctime>

namespace arauto::io {

namespace {

/// Its length would be that of the body which is not sent (RFC 9110, section 8.6).
constexpr unsigned not_modified = 304;

/// RFC 9110 section 6.6.1, made once per second and thread.
std::string_view http_date() {
  thread_local std::time_t second = 0;
  thread_local char text[40];
  thread_local std::size_t size = 0;
  const auto now = std::time(nullptr);
  if (now != second) {
    second = now;
    std::tm broken{};
    gmtime_r(&now, &broken);
    size = std::strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &broken);
  }
  return {text, size};
}

std::string_view explanation(unsigned status) {
  switch (status) {
  case 408:
    return "The request did not arrive in time; send head and body without pauses.";
  case 413:
    return "The body is larger than allowed here; send fewer events per request, or raise HTTP_MAX_BODY.";
  case 417:
    return "Only Expect: 100-continue is understood.";
  case 431:
    return "The request head is too large; at most 16384 bytes and 100 fields are read.";
  case 501:
    return "Only Transfer-Encoding: chunked is understood.";
  case 503:
    return "Too many request bodies are being received; try again later.";
  case 505:
    return "Only HTTP/1.0 and HTTP/1.1 are understood.";
  default:
    return "The bytes are not a valid HTTP/1.1 request.";
  }
}

} // namespace

void append_answer(std::string& out, const http::response& answer, bool is_head, bool close) {
  out += "HTTP/1.1 ";
  out += std::to_string(answer.status);
  out += ' ';
  out += http::reason_phrase(answer.status);
  out += "\r\n";
  for (const auto& [name, value] : answer.fields) {
    out += name;
    out += ": ";
    out += value;
    out += "\r\n";
  }
  out += "Date: ";
  out += http_date();
  out += close ? "\r\nConnection: close" : "\r\nConnection: keep-alive";
  // What a GET would bring is not known when there is nothing to say to a HEAD.
  if (answer.status != not_modified && !(is_head && answer.body.empty())) {
    out += "\r\nContent-Length: ";
    out += std::to_string(answer.body.size());
  }
  out += "\r\n\r\n";
  if (!is_head)
    out += answer.body;
}

http::response malformed_answer(unsigned status) {
  http::response x;
  x.status = status;
  x.set("Content-Type", "application/json; charset=utf-8");
  if (status == 503)
    x.set("Retry-After", "1");
  x.body = "{\"status\":" + std::to_string(status) + ",\"error\":\"" + std::string{http::reason_phrase(status)} +
           "\",\"response\":{\"message\":[\"" + std::string{explanation(status)} + "\"]}}";
  x.close = true;
  return x;
}

} // namespace arauto::io
