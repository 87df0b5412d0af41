#pragma once

#include "actors/idempotency.hpp"

#include <array>
#include <cstdint>
#include <cstring>
#include <vector>

namespace arauto::app {

/// Which keys a segment may hold (a Bloom filter), so that a new key is not looked for in every file. Takes 512 KiB
/// from the first key on; wrong one time in a hundred with 400,000 keys, and then it costs a look into the file.
class claim_sketch {
public:
  void insert(const claim_digest& key) {
    if (bits_.empty())
      bits_.resize(words);
    for (const auto bit : bits_of(key))
      bits_[bit / 64] |= std::uint64_t{1} << (bit % 64);
  }
  /// False: certainly not.
  bool may_hold(const claim_digest& key) const noexcept {
    if (bits_.empty())
      return false;
    for (const auto bit : bits_of(key))
      if ((bits_[bit / 64] >> (bit % 64) & 1) == 0)
        return false;
    return true;
  }

private:
  static constexpr std::size_t words = 65536;

  /// A digest is as good as four independent hashes.
  static std::array<std::uint32_t, 4> bits_of(const claim_digest& key) noexcept {
    std::array<std::uint32_t, 4> all{};
    static_assert(sizeof all == sizeof key.bytes);
    std::memcpy(all.data(), key.bytes.data(), sizeof all);
    for (auto& x : all)
      x %= words * 64;
    return all;
  }

  std::vector<std::uint64_t> bits_;
};

} // namespace arauto::app
