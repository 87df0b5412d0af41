#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

struct ssl_ctx_st;
struct ssl_st;

/// TLS 1.3 with OpenSSL's defaults, as little as a server can do: reads from the socket, writes into memory.
namespace arauto::limit {

struct ssl_deleter {
  void operator()(ssl_ctx_st* x) const noexcept;
  void operator()(ssl_st* x) const noexcept;
};
using ssl_ptr = std::unique_ptr<ssl_st, ssl_deleter>;

class tls_context {
public:
  /// Empty paths: no TLS. Throws.
  tls_context(const std::string& key, const std::string& certificate);
  /// For an accepted socket; nullptr without TLS.
  ssl_ptr accept(int fd) const;

private:
  std::unique_ptr<ssl_ctx_st, ssl_deleter> context_;
};

/// As recv(); the handshake is done on the way.
std::ptrdiff_t decrypt(ssl_st& x, std::vector<char>& buffer);
void encrypt(ssl_st& x, std::string_view bytes);
/// What has to be sent; valid until the next call.
std::string_view ciphertext(ssl_st& x);
void drop_ciphertext(ssl_st& x);

} // namespace arauto::limit
