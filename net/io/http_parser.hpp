#pragma once

#include "net/http/message.hpp"

#include <boost/beast/http/basic_parser.hpp>

#include <functional>

namespace arauto::io {

/// Limits of one request (RFC 9110 names none, so we do).
struct http_limits {
  std::uint32_t head_bytes = 16384;
  std::size_t fields = 100;
};

/// Beast's HTTP/1.1 parser filling our own request. One per request; owned by the peer.
class http_parser final : public boost::beast::http::basic_parser<true> {
public:
  /// Called once when the head is complete; gives the bytes of body that may follow.
  using head_judge = std::function<std::size_t(const http::request& head)>;
  /// Told of each piece of body; false refuses it (all bodies together are too large).
  using body_budget = std::function<bool(std::size_t bytes)>;

  /// Both callbacks must stay valid while the parser lives.
  http_parser(const http_limits& limits, const head_judge& judge, const body_budget& budget);

  /// Parses what it can of `bytes`, which begin where the last call stopped; gives how many of them it used up. Unless
  /// something is wrong or the request is complete, the error is `need_more`: call again once there are more bytes.
  std::size_t feed(std::string_view bytes, boost::system::error_code& ec);

  http::request take() { return std::move(request_); }
  const http::request& request() const noexcept { return request_; }
  /// All fields were read, though the head may have been refused.
  bool has_head() const noexcept { return head_done_; }
  /// The client waits for 100 (Continue).
  bool expects_continue() const noexcept { return expects_continue_; }
  /// HTTP status that answers an error of this parser, 0 when there is nobody to answer.
  unsigned error_status(const boost::system::error_code& ec) const noexcept;

private:
  using string_view = boost::beast::string_view;
  using error_code = boost::beast::error_code;

  void on_request_impl(boost::beast::http::verb, string_view method, string_view target, int version,
                       error_code& ec) override;
  void on_response_impl(int, string_view, int, error_code& ec) override;
  void on_field_impl(boost::beast::http::field name, string_view name_string, string_view value,
                     error_code& ec) override;
  void on_header_impl(error_code& ec) override;
  void on_body_init_impl(const boost::optional<std::uint64_t>& content_length, error_code& ec) override;
  std::size_t on_body_impl(string_view body, error_code& ec) override;
  void on_chunk_header_impl(std::uint64_t, string_view, error_code& ec) override;
  std::size_t on_chunk_body_impl(std::uint64_t, string_view body, error_code& ec) override;
  void on_finish_impl(error_code& ec) override;

  std::size_t take_body(string_view body, error_code& ec);
  void refuse(unsigned status, error_code& ec) noexcept;

  const http_limits* limits_;
  const head_judge* judge_;
  const body_budget* budget_;
  http::request request_;
  std::size_t body_limit_ = 0;
  unsigned refusal_ = 0;
  int version_ = 11;
  bool head_done_ = false;
  bool has_host_ = false;
  bool expects_continue_ = false;
};

} // namespace arauto::io
