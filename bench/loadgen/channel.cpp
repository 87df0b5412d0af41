#include "bench/loadgen/channel.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <cerrno>
#include <stdexcept>
#include <sys/socket.h>

namespace arauto::loadgen {

namespace {

/// For all connections; OpenSSL frees it with the process.
SSL_CTX* client_context() {
  static SSL_CTX* const made = [] {
    auto* x = SSL_CTX_new(TLS_client_method());
    if (x == nullptr)
      throw std::runtime_error{"TLS: no context"};
    SSL_CTX_set_min_proto_version(x, TLS1_3_VERSION);
    SSL_CTX_set_mode(x, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
    return x;
  }();
  return made;
}

} // namespace

void channel::deleter::operator()(ssl_st* x) const noexcept {
  SSL_free(x);
}

channel::channel(unique_fd fd, bool is_secure) : fd_{std::move(fd)} {
  if (!is_secure || !fd_)
    return;
  ssl_.reset(SSL_new(client_context()));
  if (!ssl_ || SSL_set_fd(ssl_.get(), fd_.get()) != 1)
    throw std::runtime_error{"TLS: out of memory"};
  SSL_set_connect_state(ssl_.get());
}

void channel::reset() noexcept {
  ssl_.reset();
  fd_.reset();
}

channel::progress channel::secure() {
  if (!ssl_)
    return progress::done;
  const auto result = outcome(SSL_do_handshake(ssl_.get()));
  return result > 0 ? progress::done : result < 0 && errno == EAGAIN ? progress::wait : progress::failed;
}

ssize_t channel::receive(char* into, std::size_t size) {
  return ssl_ ? outcome(SSL_read(ssl_.get(), into, static_cast<int>(size))) : recv(fd_.get(), into, size, MSG_DONTWAIT);
}

ssize_t channel::send(std::string_view bytes) {
  return ssl_ ? outcome(SSL_write(ssl_.get(), bytes.data(), static_cast<int>(bytes.size())))
              : ::send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
}

/// In the way of the socket's own calls.
ssize_t channel::outcome(int result) {
  if (result > 0)
    return result;
  const auto why = SSL_get_error(ssl_.get(), result);
  ERR_clear_error();
  if (why == SSL_ERROR_ZERO_RETURN)
    return 0;
  errno = why == SSL_ERROR_WANT_READ || why == SSL_ERROR_WANT_WRITE ? EAGAIN : ECONNRESET;
  return -1;
}

} // namespace arauto::loadgen
