#pragma once

#include "actors/ports.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace arauto::app {

/// Signs and reads browser tokens: JWTs (RFC 7519) with HMAC-SHA-256 and a secret that only this installation knows.
/// Whoever has one may read the events of one instance until it expires, or until the instance gets another token.
/// Immutable; any thread.
class browser_tokens final : public browser_token_reader {
public:
  explicit browser_tokens(std::string secret) : secret_{std::move(secret)} {}

  std::string sign(const browser_token& x) const;
  std::optional<browser_token> read(std::string_view token) const override;

private:
  std::string secret_;
};

/// Whether `token` is a JWT that Evolution API signed for a webhook: HMAC-SHA-256 with that key, not expired, with the
/// claims `app` "evolution" and `action` "webhook" (contract section 7).
bool is_webhook_signature(std::string_view token, const std::string& key);

} // namespace arauto::app
