#pragma once

#include "net/http/field_list.hpp"
#include "net/ports.hpp"

#include <memory>
#include <string>
#include <string_view>

/// HTTP messages as values: what handlers see of a request and give back. No socket in here.
namespace arauto::http {

/// One request, complete with its body.
struct request {
  std::string method;
  /// Path and query as received.
  std::string target;
  field_list fields;
  std::string body;
  std::string remote_address;
  bool is_secure = false;
  bool keep_alive = true;

  /// Value of the last field of that name (case-insensitive); empty when absent.
  std::string_view field(std::string_view name) const noexcept;
  bool has_field(std::string_view name) const noexcept;
  /// Values of all fields of that name, with a comma between them, as lists are read (RFC 9110, section 5.3).
  std::string joined_field(std::string_view name) const;
  /// The target up to the query.
  std::string_view path() const noexcept;
  /// The target after the question mark, empty when there is none.
  std::string_view query() const noexcept;
};

/// One answer. Date, Connection and Content-Length (not to 304) are added by the peer.
struct response {
  unsigned status = 200;
  field_list fields;
  std::string body;
  /// Close the TCP connection after this answer.
  bool close = false;

  /// Value of the first field of that name (case-insensitive); empty when absent.
  std::string_view field(std::string_view name) const noexcept;
  void remove(std::string_view name);
  response& set(std::string_view name, std::string_view value) {
    fields.emplace_back(name, value);
    return *this;
  }
};

std::string_view reason_phrase(unsigned status) noexcept;

/// ASCII letters only, as names of fields, codings and directives are compared.
bool equals_ignoring_case(std::string_view a, std::string_view b) noexcept;

/// Takes answers, from any thread; an answer whose peer is gone is dropped and counted. Each slot once.
class responder {
public:
  virtual ~responder() = default;
  virtual void respond(reply_slot where, response what) = 0;
};

/// Takes complete requests. I/O thread only; must not throw. Answers through the responder, now or later.
class request_handler {
public:
  virtual ~request_handler() = default;
  virtual void handle(request what, reply_slot where) = 0;
  /// Bytes of body that this request head may bring (0: refuse any body).
  virtual std::size_t body_limit(const request& head) = 0;

  /// The head of a request is here, its body is not, or not all of it. True: the exchange begins now. It can be watched
  /// and answered at once; then the rest of the body is dropped, the TCP connection ends, and `handle` is not called.
  virtual bool begin(const request& head, reply_slot where);
  /// The body of a request that has begun passed its limit. Answers it.
  virtual void overflow(const request& head, reply_slot where);
};

} // namespace arauto::http
