#include "net/io/http_parser.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/core/string.hpp>
#include <boost/beast/http/error.hpp>

#include <algorithm>

namespace arauto::io {

namespace beast = boost::beast;

namespace {

/// The shortest end of a chunked body: "0", and two line breaks.
constexpr std::size_t last_chunk_bytes = 5;

/// What a body may reserve before its bytes are there: clients do not size our allocations.
constexpr std::uint64_t reserve_max = 65536;

} // namespace

http_parser::http_parser(const http_limits& limits, const head_judge& judge, const body_budget& budget)
    : limits_{&limits}, judge_{&judge}, budget_{&budget} {
  header_limit(limits.head_bytes);
  // The judge of the head decides how much body is read; see on_header_impl.
  body_limit(boost::none);
  eager(true);
}

std::size_t http_parser::feed(std::string_view bytes, error_code& ec) {
  // Beast asserts that a last chunk without extensions has come in full when it looks a second time.
  if (head_done_ && bytes.starts_with('0') && bytes.size() < last_chunk_bytes && chunked()) {
    ec = beast::http::error::need_more;
    return 0;
  }
  return put(boost::asio::buffer(bytes.data(), bytes.size()), ec);
}

void http_parser::refuse(unsigned status, error_code& ec) noexcept {
  refusal_ = status;
  ec = beast::http::error::bad_value;
}

void http_parser::on_request_impl(beast::http::verb, string_view method, string_view target, int version,
                                  error_code& ec) {
  request_.method = method;
  request_.target = target;
  version_ = version;
  if (request_.target.empty() || (request_.target.front() != '/' && request_.target != "*"))
    refuse(400, ec);
}

void http_parser::on_response_impl(int, string_view, int, error_code&) {}

void http_parser::on_field_impl(beast::http::field name, string_view name_string, string_view value, error_code& ec) {
  if (head_done_)
    return; // Trailer fields carry nothing that we use.
  if (request_.fields.size() == limits_->fields)
    return refuse(431, ec);
  if (name == beast::http::field::host) {
    if (has_host_)
      return refuse(400, ec);
    has_host_ = true;
  }
  if (name == beast::http::field::transfer_encoding && !beast::iequals(value, "chunked"))
    return refuse(501, ec);
  if (name == beast::http::field::expect) {
    if (!beast::iequals(value, "100-continue"))
      return refuse(417, ec);
    expects_continue_ = true;
  }
  request_.fields.emplace_back(name_string, value);
}

void http_parser::on_header_impl(error_code& ec) {
  head_done_ = true;
  request_.keep_alive = keep_alive();
  if (version_ >= 11 && !has_host_)
    return refuse(400, ec);
  body_limit_ = (*judge_)(request_);
  // Told before the body comes, also to a client that waits for 100 (Continue).
  if (const auto length = content_length(); length && *length > body_limit_)
    refuse(413, ec);
}

void http_parser::on_body_init_impl(const boost::optional<std::uint64_t>& length, error_code&) {
  request_.body.reserve(static_cast<std::size_t>(std::min(length.value_or(0), reserve_max)));
}

std::size_t http_parser::take_body(string_view body, error_code& ec) {
  if (request_.body.size() + body.size() > body_limit_)
    refuse(413, ec);
  else if (!(*budget_)(body.size()))
    refuse(503, ec);
  else
    request_.body.append(body);
  return body.size();
}

std::size_t http_parser::on_body_impl(string_view body, error_code& ec) {
  return take_body(body, ec);
}

void http_parser::on_chunk_header_impl(std::uint64_t, string_view, error_code&) {}

std::size_t http_parser::on_chunk_body_impl(std::uint64_t, string_view body, error_code& ec) {
  return take_body(body, ec);
}

void http_parser::on_finish_impl(error_code&) {}

unsigned http_parser::error_status(const boost::system::error_code& ec) const noexcept {
  if (refusal_ != 0)
    return refusal_;
  if (ec == beast::http::error::header_limit)
    return 431;
  if (ec == beast::http::error::end_of_stream || ec == beast::http::error::partial_message)
    return 0;
  if (ec == beast::http::error::bad_version)
    return 505;
  return 400;
}

} // namespace arauto::io
