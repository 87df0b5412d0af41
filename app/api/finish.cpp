#include "app/api/finish.hpp"

#include "app/api/respond.hpp"
#include "net/http/accept_encoding.hpp"
#include "net/http/conditional.hpp"
#include "net/http/gzip.hpp"
#include "net/http/list_field.hpp"

namespace arauto::app {

namespace {

/// As npm `compression`: smaller bodies gain nothing.
constexpr std::size_t gzip_bytes_min = 1024;

bool has_no_transform(std::string_view cache_control) noexcept {
  return http::has_directive(cache_control, "no-transform");
}

bool is_fresh(const http::request& asked, const http::response& answer) {
  const auto is_read = asked.method == "GET" || asked.method == "HEAD";
  const auto is_success = answer.status >= 200 && answer.status < 300;
  return is_read && is_success && http::is_fresh(asked, answer.field("ETag"));
}

void leave_out_body(http::response& x) {
  x.status = 304;
  x.body.clear();
  x.remove("Content-Type");
}

/// What names its own `Vary` was answered before anybody looked at `Accept-Encoding`.
bool is_compressible(const http::request& asked, const http::response& x) {
  const auto type = x.field("Content-Type");
  return x.field("Vary").empty() && x.body.size() >= gzip_bytes_min && x.body.size() <= http::gzip_bytes_max &&
         (type.starts_with("application/json") || type.starts_with("text/")) &&
         !has_no_transform(x.field("Cache-Control")) && !has_no_transform(asked.joined_field("cache-control")) &&
         http::accepts_gzip(asked.joined_field("accept-encoding"));
}

} // namespace

void finish(const http::cors_policy& cors, const http::request& asked, http::response& answer) {
  answer = bare(std::move(answer));
  if (is_fresh(asked, answer)) {
    leave_out_body(answer);
  } else if (is_compressible(asked, answer)) {
    answer.body = http::gzip(answer.body);
    answer.set("Content-Encoding", "gzip");
  }
  // As recorded: compression looks at `Accept-Encoding` when there is a type that it knows.
  if (answer.field("Content-Type").empty())
    answer.set("Vary", "Origin");
  add_common_fields(cors, asked, answer);
}

http::response bare(http::response answer) {
  answer.set("X-Powered-By", "Express");
  if (!answer.body.empty())
    answer.set("ETag", http::etag_of(answer.body));
  return answer;
}

} // namespace arauto::app
