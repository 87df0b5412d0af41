#pragma once

#include "net/io/http_parser.hpp"

#include <boost/beast/http/error.hpp>

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace arauto::test {

inline bool are_equal(const http::request& a, const http::request& b) {
  return a.method == b.method && a.target == b.target && a.fields == b.fields && a.body == b.body &&
         a.keep_alive == b.keep_alive;
}

inline bool are_equal(const std::vector<http::request>& a, const std::vector<http::request>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const auto& x, const auto& y) { return are_equal(x, y); });
}

/// The requests of one TCP connection, read as HTTP peers read with the parser alone: what it leaves waits for the next
/// piece.
class request_reader {
public:
  /// `limits` must outlive the reader.
  request_reader(const io::http_limits& limits, std::size_t body_max)
      : limits_{&limits}, judge_{[body_max](const http::request&) { return body_max; }} {}

  void feed(std::string_view piece) {
    input_ += piece;
    while (!input_.empty() && !refused_ && parse())
      ;
  }

  const std::vector<http::request>& requests() const noexcept { return requests_; }
  /// Status of the error at which reading ended.
  std::optional<unsigned> refused() const noexcept { return refused_; }
  std::size_t parser_calls() const noexcept { return calls_; }
  /// A request has begun and has not come to its end.
  bool is_inside() const noexcept { return parser_ != nullptr; }

private:
  /// Whether more can be read without further bytes.
  bool parse() {
    if (!parser_)
      parser_ = std::make_unique<io::http_parser>(*limits_, judge_, budget_);
    ++calls_;
    boost::system::error_code ec;
    input_.erase(0, parser_->feed(input_, ec));
    const auto needs_more = ec == boost::beast::http::error::need_more;
    if (ec && !needs_more) {
      refused_ = parser_->error_status(ec);
      return false;
    }
    if (parser_->is_done()) {
      requests_.push_back(parser_->take());
      parser_.reset();
    }
    return !needs_more;
  }

  const io::http_limits* limits_;
  io::http_parser::head_judge judge_;
  io::http_parser::body_budget budget_ = [](std::size_t) { return true; };
  std::unique_ptr<io::http_parser> parser_;
  std::string input_;
  std::vector<http::request> requests_;
  std::optional<unsigned> refused_;
  std::size_t calls_ = 0;
};

} // namespace arauto::test
