#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

/// What a producer sends twice counts once.
namespace arauto {

/// The first half of a SHA-256: of a key that a producer chose, or of what it stands for.
struct claim_digest {
  std::array<unsigned char, 16> bytes{};
  static claim_digest of(std::string_view text) noexcept;
  friend bool operator==(const claim_digest&, const claim_digest&) = default;
};

struct claim_digest_hash {
  std::size_t operator()(const claim_digest& x) const noexcept {
    std::size_t first = 0;
    std::memcpy(&first, x.bytes.data(), sizeof first);
    return first;
  }
};

/// A part of a request that counts once in its instance: all of it (`Idempotency-Key`), or one event (its `id`).
struct claim {
  claim_digest key;
  /// Of what the key stands for: another one with the same key is a mistake.
  claim_digest body;
  /// Which events of the request.
  std::uint32_t first = 0;
  std::uint32_t count = 0;
};

/// The claims of one request. Any thread.
class claim_set {
public:
  explicit claim_set(std::vector<claim> all) : all_{std::move(all)} {}

  const std::vector<claim>& all() const noexcept { return all_; }
  /// They run no longer, whoever still holds them.
  void end() const noexcept { is_over_ = true; }
  bool is_over() const noexcept { return is_over_; }

private:
  std::vector<claim> all_;
  mutable std::atomic<bool> is_over_{false};
};
using claims_ptr = std::shared_ptr<const claim_set>;

/// A claim stays so long, if the log keeps its events so long.
inline constexpr std::chrono::hours claim_age_max{24};

/// The claims of an INSTANCE's requests that wait for their answer. Bound: what the intakes have under way. Its
/// INSTANCE's thread only.
class running_claims {
public:
  /// False when one of them runs already; then none is noted. They run until they are ended, or nobody holds `x` any
  /// more.
  bool enter(const claims_ptr& x);

private:
  void forget_ended();

  std::unordered_map<claim_digest, std::weak_ptr<const claim_set>, claim_digest_hash> running_;
  std::size_t look_at_ = 64;
};

} // namespace arauto
