#include "net/io/tls_context.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <stdexcept>

namespace arauto::io {

namespace {

std::string openssl_reason() {
  const auto code = ERR_get_error();
  ERR_clear_error();
  if (code == 0)
    return "unknown reason";
  char text[256];
  ERR_error_string_n(code, text, sizeof text);
  return text;
}

[[noreturn]] void refuse(const char* setting, const std::string& path, const char* expected) {
  throw std::runtime_error(std::string{setting} + ": cannot use \"" + path + "\" (" + openssl_reason() +
                           "); expected " + expected);
}

} // namespace

void tls_context::deleter::operator()(ssl_ctx_st* x) const noexcept {
  SSL_CTX_free(x);
}

tls_context::tls_context(const std::string& private_key_path, const std::string& certificate_chain_path)
    : context_{SSL_CTX_new(TLS_server_method())} {
  if (!context_)
    throw std::runtime_error("TLS: cannot make a context (" + openssl_reason() + ")");
  auto* x = context_.get();
  SSL_CTX_set_min_proto_version(x, TLS1_2_VERSION);
  SSL_CTX_set_options(x, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE);
  // An idle connection then holds no record buffers.
  SSL_CTX_set_mode(x, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_AUTO_RETRY);
  if (SSL_CTX_use_certificate_chain_file(x, certificate_chain_path.c_str()) != 1)
    refuse("SSL_CONF_FULLCHAIN", certificate_chain_path, "a readable PEM file with the certificate and its chain");
  if (SSL_CTX_use_PrivateKey_file(x, private_key_path.c_str(), SSL_FILETYPE_PEM) != 1)
    refuse("SSL_CONF_PRIVKEY", private_key_path, "a readable PEM file with the private key of that certificate");
  if (SSL_CTX_check_private_key(x) != 1)
    refuse("SSL_CONF_PRIVKEY", private_key_path, "the key that belongs to SSL_CONF_FULLCHAIN");
}

} // namespace arauto::io
