#include "net/io/tls_stream.hpp"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include <stdexcept>

namespace arauto::io {

void tls_stream::deleter::operator()(ssl_st* x) const noexcept {
  SSL_free(x);
}

tls_stream::tls_stream(const tls_context& context) : ssl_{SSL_new(context.native())} {
  input_ = BIO_new(BIO_s_mem());
  output_ = BIO_new(BIO_s_mem());
  if (!ssl_ || input_ == nullptr || output_ == nullptr) {
    BIO_free(input_);
    BIO_free(output_);
    throw std::runtime_error("TLS: out of memory");
  }
  BIO_set_mem_eof_return(input_, -1);
  BIO_set_mem_eof_return(output_, -1);
  SSL_set_bio(ssl_.get(), input_, output_);
  SSL_set_accept_state(ssl_.get());
}

void tls_stream::put_ciphertext(std::string_view bytes) {
  BIO_write(input_, bytes.data(), static_cast<int>(bytes.size()));
}

tls_stream::read_result tls_stream::read(std::span<char> into) {
  ERR_clear_error();
  std::size_t bytes = 0;
  const auto done = SSL_read_ex(ssl_.get(), into.data(), into.size(), &bytes);
  if (done == 1)
    return {status::ok, bytes};
  switch (SSL_get_error(ssl_.get(), done)) {
  case SSL_ERROR_WANT_READ:
    return {status::want_input, 0};
  case SSL_ERROR_ZERO_RETURN:
    return {status::closed, 0};
  default:
    return {status::failed, 0};
  }
}

bool tls_stream::write(std::string_view plaintext) {
  ERR_clear_error();
  std::size_t bytes = 0;
  return SSL_write_ex(ssl_.get(), plaintext.data(), plaintext.size(), &bytes) == 1 && bytes == plaintext.size();
}

void tls_stream::take_ciphertext(std::string& out) {
  const auto pending = BIO_ctrl_pending(output_);
  if (pending == 0)
    return;
  const auto before = out.size();
  out.resize(before + pending);
  BIO_read(output_, out.data() + before, static_cast<int>(pending));
}

bool tls_stream::is_established() const noexcept {
  return SSL_is_init_finished(ssl_.get()) == 1;
}

void tls_stream::shutdown() {
  if (is_established())
    SSL_shutdown(ssl_.get());
  ERR_clear_error();
}

} // namespace arauto::io
