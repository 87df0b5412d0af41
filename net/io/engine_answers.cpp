#include "net/io/engine_answers.hpp"

#include "net/http/gzip.hpp"

namespace arauto::io {

namespace {

/// As in the reference server: smaller bodies gain nothing (protocol text, section 5, "Compression").
constexpr std::size_t gzip_bytes_min = 1024;

/// Browsers that would take an answer for an attack on their page.
bool is_old_explorer(std::string_view user_agent) noexcept {
  return user_agent.find(";MSIE") != std::string_view::npos || user_agent.find("Trident/") != std::string_view::npos;
}

void append(http::response& to, std::span<const header_field> more) {
  to.fields.append(more);
}

} // namespace

std::string session_cookie::text(std::string_view sid) const {
  auto x = name + "=" + std::string{sid};
  if (!path.empty())
    x += "; Path=" + path;
  if (http_only)
    x += "; HttpOnly";
  if (!same_site.empty())
    x += "; SameSite=" + same_site;
  return x;
}

http::response bare_answer(unsigned status, const engine_settings& settings, const http::request& asked) {
  http::response x;
  x.status = status;
  http::add_engine_cors(settings.cors, asked, x);
  return x;
}

http::response going_down(const engine_settings& settings, const http::request& asked) {
  auto x = bare_answer(503, settings, asked);
  x.set("Content-Type", "application/json");
  x.set("Retry-After", "1");
  x.body = R"({"message":"The server is going down; connect again"})";
  x.close = true;
  return x;
}

http::response engine_error(engineio::request_error code, const engine_settings& settings, const http::request& asked,
                            std::string_view text) {
  auto x = bare_answer(engineio::error_status(code), settings, asked);
  x.set("Content-Type", "application/json");
  x.body = engineio::error_body(code, text);
  return x;
}

http::response polling_answer(const engine_settings& settings, const http::request& asked,
                              std::span<const header_field> more) {
  auto x = bare_answer(200, settings, asked);
  x.set("cache-control", "no-store");
  if (is_old_explorer(asked.field("user-agent")))
    x.set("X-XSS-Protection", "0");
  append(x, more);
  return x;
}

http::response confirmed(http::response answer) {
  answer.set("Content-Type", "text/html");
  answer.body = "ok";
  return answer;
}

http::response filled(http::response answer, engineio::poll_body payload, bool accepts_gzip) {
  answer.set("Content-Type", payload.is_binary ? "application/octet-stream" : "text/plain; charset=UTF-8");
  answer.body = std::move(payload.bytes);
  if (accepts_gzip && answer.body.size() >= gzip_bytes_min && answer.body.size() <= http::gzip_bytes_max) {
    answer.body = http::gzip(answer.body);
    answer.set("Content-Encoding", "gzip");
  }
  return answer;
}

http::field_list upgrade_fields(const engine_settings& settings, const http::request& asked,
                                std::span<const header_field> more) {
  auto x = bare_answer(101, settings, asked);
  append(x, more);
  return std::move(x.fields);
}

std::vector<header_field> copied_fields(const http::request& asked) {
  std::vector<header_field> all;
  for (const auto& [name, value] : asked.fields)
    all.emplace_back(name, value);
  return all;
}

} // namespace arauto::io
