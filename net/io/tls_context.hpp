#pragma once

#include <memory>
#include <string>

struct ssl_ctx_st;

namespace arauto::io {

/// Certificate and rules of TLS for a server: 1.2 and 1.3, no renegotiation, no compression. Shared by all I/O threads,
/// immutable after construction.
class tls_context {
public:
  /// Reads PEM files. Throws std::runtime_error with the file and the reason when one cannot be used, or when key and
  /// certificate do not belong together.
  tls_context(const std::string& private_key_path, const std::string& certificate_chain_path);

  ssl_ctx_st* native() const noexcept { return context_.get(); }

private:
  struct deleter {
    void operator()(ssl_ctx_st* x) const noexcept;
  };
  std::unique_ptr<ssl_ctx_st, deleter> context_;
};

} // namespace arauto::io
