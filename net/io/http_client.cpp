#include "net/io/http_client.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>

#include <algorithm>
#include <type_traits>

namespace arauto::io {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace wire = boost::beast::http;
using tcp = asio::ip::tcp;
using clock = std::chrono::steady_clock;
using boost::system::error_code;
using plain_stream = beast::tcp_stream;
using secure_stream = asio::ssl::stream<beast::tcp_stream>;
using request = wire::request<wire::empty_body>;
using answer_parser = wire::response_parser<wire::string_body>;

constexpr std::uint32_t head_bytes_max = 65536;

/// An exchange that failed, and whether the server had begun to answer.
struct broken {
  error_code why;
  bool has_begun = false;
};

/// Runs one asynchronous step to its end: only those know timeouts.
template <class Start>
error_code wait_for(asio::io_context& context, const Start& start) {
  error_code out = asio::error::operation_aborted;
  context.restart();
  start([&out](error_code ec, auto&&...) { out = ec; });
  context.run();
  return out;
}

std::string reason(const error_code& ec, const http_client_settings& limits) {
  const auto shown = [](std::chrono::milliseconds x) { return std::to_string(x.count()) + " ms"; };
  if (ec == beast::error::timeout)
    return "it did not answer in time (" + shown(limits.silence_timeout) + " of silence, or " +
           shown(limits.exchange_timeout) + " in all)";
  if (ec == wire::error::body_limit)
    return "its answer has more than " + std::to_string(limits.body_max) + " bytes, which is the limit";
  if (ec == wire::error::end_of_stream || ec == wire::error::partial_message || ec == asio::error::eof ||
      ec == asio::ssl::error::stream_truncated)
    return "it closed the connection before its answer was complete";
  if (ec.category() == wire::make_error_code(wire::error::bad_version).category())
    return "what it sent is not HTTP (" + ec.message() + ")";
  return ec.message();
}

} // namespace

/// One open connection.
class http_client::connection {
public:
  virtual ~connection() = default;
  /// Throws `broken`. Not to be used again unless `is_reusable`.
  virtual http_answer exchange(const request& asked, const http_client_settings& limits) = 0;
  bool is_reusable() const noexcept { return is_reusable_; }

protected:
  bool is_reusable_ = false;
};

template <class Stream>
class http_client::connection_over final : public connection {
public:
  template <class... Arguments>
  explicit connection_over(Arguments&&... arguments) : stream_{context_, std::forward<Arguments>(arguments)...} {}

  void open(const http::server_url& where, const http_client_settings& limits) {
    error_code ec;
    tcp::resolver resolver{context_};
    const auto addresses = resolver.resolve(where.host, where.port, ec);
    if (ec)
      throw http_client_failure("There is no address for \"" + where.host + "\": " + ec.message() + ".");
    const auto step = [&](const auto& start) {
      beast::get_lowest_layer(stream_).expires_after(limits.connect_timeout);
      return wait_for(context_, start);
    };
    ec = step([&](auto done) { beast::get_lowest_layer(stream_).async_connect(addresses, std::move(done)); });
    if (ec)
      throw http_client_failure("Cannot connect to " + where.authority() + ": " + ec.message() + ".");
    if constexpr (std::is_same_v<Stream, secure_stream>) {
      prepare_tls(where.host, limits.verifies_certificate);
      ec = step([&](auto done) { stream_.async_handshake(asio::ssl::stream_base::client, std::move(done)); });
      if (ec)
        refuse_tls(where, ec);
    }
  }

  http_answer exchange(const request& asked, const http_client_settings& limits) override {
    is_reusable_ = false;
    auto& socket = beast::get_lowest_layer(stream_);
    const auto end = clock::now() + limits.exchange_timeout;
    const auto step = [&](const auto& start) {
      socket.expires_at(std::min(end, clock::now() + limits.silence_timeout));
      return wait_for(context_, start);
    };
    answer_parser parser;
    parser.header_limit(head_bytes_max);
    parser.body_limit(limits.body_max);
    if (const auto ec = step([&](auto done) { wire::async_write(stream_, asked, std::move(done)); }))
      throw broken{ec};
    while (!parser.is_done())
      if (const auto ec = step([&](auto done) { wire::async_read_some(stream_, input_, parser, std::move(done)); }))
        throw broken{ec, parser.got_some() || input_.size() != 0};
    socket.expires_never();
    is_reusable_ = parser.keep_alive();
    auto& x = parser.get();
    return {x.result_int(), std::string{x[wire::field::content_type]}, std::string{x[wire::field::location]},
            std::move(x.body())};
  }

private:
  void prepare_tls(const std::string& host, bool verifies) {
    auto* ssl = stream_.native_handle();
    error_code ec;
    asio::ip::make_address(host, ec);
    const auto is_name = ec.failed();
    if (is_name)
      SSL_ctrl(ssl, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, const_cast<char*>(host.c_str()));
    if (!verifies)
      return;
    const auto is_set =
        is_name ? SSL_set1_host(ssl, host.c_str()) : X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), host.c_str());
    if (is_set != 1)
      throw http_client_failure("OpenSSL refuses to check a certificate for \"" + host + "\".");
  }

  [[noreturn]] void refuse_tls(const http::server_url& where, const error_code& ec) {
    const auto head = "No TLS connection with " + where.authority() + ": ";
    const auto verdict = SSL_get_verify_result(stream_.native_handle());
    if (verdict == X509_V_OK)
      throw http_client_failure(head + ec.message() + ".");
    throw http_client_failure(head + "its certificate is not trusted (" + X509_verify_cert_error_string(verdict) + ").",
                              true);
  }

  asio::io_context context_{1};
  Stream stream_;
  beast::flat_buffer input_{head_bytes_max};
};

http_client::http_client(http::server_url where, http_client_settings settings)
    : where_{std::move(where)}, settings_{std::move(settings)} {}

http_client::~http_client() = default;

std::unique_ptr<http_client::connection> http_client::connect() const {
  if (!where_.is_secure) {
    auto x = std::make_unique<connection_over<plain_stream>>();
    x->open(where_, settings_);
    return x;
  }
  asio::ssl::context tls{asio::ssl::context::tls_client};
  SSL_CTX_set_min_proto_version(tls.native_handle(), TLS1_2_VERSION);
  error_code ec;
  tls.set_default_verify_paths(ec);
  if (ec)
    throw http_client_failure("The system's store of certificates cannot be read: " + ec.message() + ".");
  tls.set_verify_mode(settings_.verifies_certificate ? asio::ssl::verify_peer : asio::ssl::verify_none);
  auto x = std::make_unique<connection_over<secure_stream>>(tls);
  x->open(where_, settings_);
  return x;
}

http_answer http_client::get(const std::string& target, const fields& more) {
  request asked{wire::verb::get, where_.prefix + target, 11};
  asked.set(wire::field::host, where_.authority());
  asked.set(wire::field::user_agent, settings_.user_agent);
  asked.set(wire::field::accept, "application/json");
  for (const auto& [name, value] : more)
    asked.set(name, value);
  for (auto is_kept = connection_ != nullptr;; is_kept = false) {
    if (!connection_)
      connection_ = connect();
    try {
      auto answer = connection_->exchange(asked, settings_);
      if (!connection_->is_reusable())
        connection_.reset();
      return answer;
    } catch (const broken& x) {
      connection_.reset();
      // A kept connection may have been closed by the server before it saw the request.
      const auto is_late = x.why == beast::error::timeout;
      if (!is_kept || x.has_begun || is_late)
        throw http_client_failure("No answer from " + where_.authority() + " to GET " + where_.prefix + target + ": " +
                                  reason(x.why, settings_) + ".");
    }
  }
}

} // namespace arauto::io
