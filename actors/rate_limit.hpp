#pragma once

#include <algorithm>
#include <cstdint>

namespace arauto {

/// A bucket of tokens: so many per second, and as many at once after a pause. Holds no clock.
class rate_limit {
public:
  rate_limit(std::uint32_t per_second, std::int64_t now_ms) noexcept
      : per_second_{per_second}, thousandths_{std::int64_t{per_second} * 1000}, filled_ms_{now_ms} {}

  /// Takes a token; false when there is none.
  bool take(std::int64_t now_ms) noexcept {
    const auto full = per_second_ * 1000;
    // A second fills it, so a longer pause counts as one: the product cannot overflow.
    const auto pause = std::clamp<std::int64_t>(now_ms - filled_ms_, 0, 1000);
    thousandths_ = std::min(full, thousandths_ + pause * per_second_);
    filled_ms_ = now_ms;
    if (thousandths_ < 1000)
      return false;
    thousandths_ -= 1000;
    return true;
  }

private:
  std::int64_t per_second_;
  std::int64_t thousandths_;
  std::int64_t filled_ms_;
};

} // namespace arauto
