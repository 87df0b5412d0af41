#pragma once

#include "net/io/tls_context.hpp"

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

struct ssl_st;
struct bio_st;

namespace arauto::io {

/// TLS of one connection over memory: ciphertext in, plaintext out, and the other way round. Knows no socket, so it
/// moves between I/O threads with its descriptor. Owned by its frame stream.
class tls_stream {
public:
  explicit tls_stream(const tls_context& context);

  /// Ciphertext from the peer.
  void put_ciphertext(std::string_view bytes);

  enum class status { ok, want_input, closed, failed };
  struct read_result {
    status outcome = status::want_input;
    std::size_t bytes = 0;
  };
  /// Decrypts into `into`; advances the handshake. May produce ciphertext (handshake, alerts, key updates).
  read_result read(std::span<char> into);

  /// Encrypts all of `plaintext`; false when the session is broken. Precondition: `is_established()`.
  bool write(std::string_view plaintext);

  /// Appends produced ciphertext to `out`.
  void take_ciphertext(std::string& out);

  bool is_established() const noexcept;
  /// Produces the close-notify alert.
  void shutdown();

private:
  struct deleter {
    void operator()(ssl_st* x) const noexcept;
  };
  std::unique_ptr<ssl_st, deleter> ssl_;
  /// Both belong to `ssl_`.
  bio_st* input_ = nullptr;
  bio_st* output_ = nullptr;
};

} // namespace arauto::io
