#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace arauto::loadgen {

/// Log-linear histogram of non-negative numbers: 64 steps per octave, so a quantile is at most 1.6 % off.
class histogram {
public:
  void add(std::uint64_t value) noexcept {
    ++steps_[step_of(value)];
    ++count_;
    if (value > max_)
      max_ = value;
  }

  /// The value below which the given share of the samples lies; 0 when there are none.
  double quantile(double share) const noexcept;
  std::uint64_t max() const noexcept { return max_; }

private:
  static constexpr unsigned step_bits = 6;
  static constexpr std::uint64_t steps_per_octave = 1U << step_bits;

  static std::size_t step_of(std::uint64_t value) noexcept;
  static std::uint64_t middle_of(std::size_t step) noexcept;

  std::vector<std::uint64_t> steps_ = std::vector<std::uint64_t>(64 * steps_per_octave);
  std::uint64_t count_ = 0;
  std::uint64_t max_ = 0;
};

} // namespace arauto::loadgen
