#include "net/io/http_writer.hpp"

#include <charconv>
#include <cstring>
#include <ctime>
#include <iterator>

namespace arauto::io {

namespace {

/// Its length would be that of the body which is not sent (RFC 9110, section 8.6).
constexpr unsigned not_modified = 304;

/// Date (RFC 9110, section 6.6.1) and Connection, made once per second and thread.
const std::string& closing_fields(bool close) {
  thread_local std::time_t second = 0;
  thread_local std::string with_close;
  thread_local std::string with_keep_alive;
  if (const auto now = std::time(nullptr); now != second) {
    second = now;
    std::tm broken{};
    gmtime_r(&now, &broken);
    char date[40];
    const auto size = std::strftime(date, sizeof date, "Date: %a, %d %b %Y %H:%M:%S GMT\r\n", &broken);
    with_close = std::string{date, size} + "Connection: close\r\n";
    with_keep_alive = std::string{date, size} + "Connection: keep-alive\r\n";
  }
  return close ? with_close : with_keep_alive;
}

/// Status line and fields of an answer. Most have those of the thread's last one, which are known.
const std::string& opening_lines(const http::response& answer) {
  struct known_lines {
    unsigned status = 0;
    http::field_list fields;
    std::string text;
  };
  thread_local known_lines last;
  if (last.status == answer.status && last.fields == answer.fields)
    return last.text;
  last = {answer.status, answer.fields, "HTTP/1.1 " + std::to_string(answer.status) + ' '};
  last.text.append(http::reason_phrase(answer.status)).append("\r\n");
  for (const auto& [name, value] : answer.fields)
    last.text.append(name).append(": ").append(value).append("\r\n");
  return last.text;
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
  out += opening_lines(answer);
  out += closing_fields(close);
  // What a GET would bring is not known when there is nothing to say to a HEAD.
  if (answer.status != not_modified && !(is_head && answer.body.empty())) {
    char length[40] = "Content-Length: ";
    auto* const digits = length + std::strlen(length);
    const auto end = std::to_chars(digits, std::end(length), answer.body.size()).ptr;
    out.append(length, end).append("\r\n");
  }
  out += "\r\n";
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
