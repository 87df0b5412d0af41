#include "bench/peers/limit/tls.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <cerrno>
#include <stdexcept>

namespace arauto::limit {

void ssl_deleter::operator()(ssl_ctx_st* x) const noexcept {
  SSL_CTX_free(x);
}
void ssl_deleter::operator()(ssl_st* x) const noexcept {
  SSL_free(x);
}

tls_context::tls_context(const std::string& key, const std::string& certificate) {
  if (key.empty())
    return;
  context_.reset(SSL_CTX_new(TLS_server_method()));
  auto* x = context_.get();
  if (x == nullptr || SSL_CTX_use_certificate_chain_file(x, certificate.c_str()) != 1 ||
      SSL_CTX_use_PrivateKey_file(x, key.c_str(), SSL_FILETYPE_PEM) != 1)
    throw std::runtime_error{"TLS: cannot use " + key + " with " + certificate};
  SSL_CTX_set_min_proto_version(x, TLS1_3_VERSION);
  SSL_CTX_set_mode(x, SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_num_tickets(x, 0);
}

ssl_ptr tls_context::accept(int fd) const {
  if (!context_)
    return nullptr;
  auto x = ssl_ptr{SSL_new(context_.get())};
  auto* input = BIO_new_socket(fd, BIO_NOCLOSE);
  auto* output = BIO_new(BIO_s_mem());
  if (!x || input == nullptr || output == nullptr)
    throw std::runtime_error{"TLS: out of memory"};
  SSL_set_bio(x.get(), input, output);
  SSL_set_accept_state(x.get());
  return x;
}

std::ptrdiff_t decrypt(ssl_st& x, std::vector<char>& buffer) {
  const auto count = SSL_read(&x, buffer.data(), static_cast<int>(buffer.size()));
  if (count > 0)
    return count;
  const auto why = SSL_get_error(&x, count);
  ERR_clear_error();
  errno = EAGAIN;
  return why == SSL_ERROR_WANT_READ ? -1 : 0;
}

void encrypt(ssl_st& x, std::string_view bytes) {
  SSL_write(&x, bytes.data(), static_cast<int>(bytes.size()));
}

std::string_view ciphertext(ssl_st& x) {
  char* bytes = nullptr;
  const auto size = BIO_get_mem_data(SSL_get_wbio(&x), &bytes);
  return {bytes, static_cast<std::size_t>(size)};
}

void drop_ciphertext(ssl_st& x) {
  (void)BIO_reset(SSL_get_wbio(&x));
}

} // namespace arauto::limit
