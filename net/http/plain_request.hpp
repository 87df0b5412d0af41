#pragma once

#include "net/http/message.hpp"

#include <optional>
#include <string_view>

namespace arauto::http {

/// A request as it stands in the bytes of its connection.
struct plain_request {
  /// Complete but for its body.
  request head;
  std::string_view body;
  /// Of the whole request.
  std::size_t bytes = 0;
};

/// Reads the request at the beginning of `bytes` if it is as plain as most are: GET, POST, PUT or DELETE by HTTP/1.1, of
/// printable ASCII, one Host, at most one Content-Length, nothing that asks for a way of transfer, an upgrade or a
/// close, and here to its last byte. Nothing for any other, sound or not: that is for Beast's parser, which reads what
/// comes out here in the same way (tests/net/properties_http_parser_test.cpp).
std::optional<plain_request> read_plain_request(std::string_view bytes);

} // namespace arauto::http
