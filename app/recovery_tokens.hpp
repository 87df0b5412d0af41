#pragma once

#include "actors/ports.hpp"

#include <string>
#include <string_view>

namespace arauto::app {

/// `pid`s as base64url of a claim and the first half of its HMAC-SHA256 (RFC 2104). Holds for as long as the secret of
/// the data directory, so also for the next process. Immutable.
class recovery_tokens final : public recovery_signer {
public:
  explicit recovery_tokens(std::string secret) : secret_{std::move(secret)} {}

  std::string sign(const recovery_claim& x) const override;
  std::optional<recovery_claim> read(std::string_view pid) const override;

private:
  std::string seal(std::string_view claim) const;

  std::string secret_;
};

} // namespace arauto::app
