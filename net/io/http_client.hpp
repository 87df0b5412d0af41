#pragma once

#include "net/http/url.hpp"

#include <chrono>
#include <cstddef>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace arauto::io {

/// Why a request got no answer, as a sentence that names the server.
class http_client_failure : public std::runtime_error {
public:
  explicit http_client_failure(const std::string& sentence, bool is_trust = false)
      : std::runtime_error{sentence}, is_trust_{is_trust} {}
  /// The certificate of the server is not trusted.
  bool is_trust() const noexcept { return is_trust_; }

private:
  bool is_trust_;
};

/// One complete answer. A redirect is an answer like any other.
struct http_answer {
  unsigned status = 0;
  /// Values of the fields of that name; empty when absent.
  std::string content_type;
  std::string location;
  std::string body;
};

struct http_client_settings {
  /// Trust certificates of the system's store (OpenSSL's `SSL_CERT_FILE` and `SSL_CERT_DIR` count) and only for the
  /// host that was asked; false: trust anybody.
  bool verifies_certificate = true;
  std::string user_agent = "arauto";
  /// To connect, and for the TLS handshake.
  std::chrono::milliseconds connect_timeout{10000};
  /// Longest wait for the next bytes of an answer.
  std::chrono::milliseconds silence_timeout{60000};
  /// Longest time for one request and its answer.
  std::chrono::milliseconds exchange_timeout{600000};
  /// Bytes of one answer's body; a longer one is a failure.
  std::size_t body_max = 268435456;
};

/// A blocking HTTP/1.1 client of one server, for commands; the server itself has no use for it. Keeps its connection
/// open from request to request; one that the other side closed meanwhile is opened again once. One thread. The look-up
/// of a name takes as long as the system's resolver lets it.
class http_client {
public:
  using fields = std::vector<std::pair<std::string, std::string>>;

  http_client(http::server_url where, http_client_settings settings);
  ~http_client();
  http_client(const http_client&) = delete;
  http_client& operator=(const http_client&) = delete;

  /// Asks for `target`, which begins with a slash and stands behind the prefix of the URL. Throws http_client_failure.
  http_answer get(const std::string& target, const fields& more);

private:
  class connection;
  template <class Stream>
  class connection_over;
  std::unique_ptr<connection> connect() const;

  http::server_url where_;
  http_client_settings settings_;
  std::unique_ptr<connection> connection_;
};

} // namespace arauto::io
