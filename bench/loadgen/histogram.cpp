#include "bench/loadgen/histogram.hpp"

#include <algorithm>
#include <bit>

namespace arauto::loadgen {

std::size_t histogram::step_of(std::uint64_t value) noexcept {
  if (value < steps_per_octave)
    return value;
  const auto shift = static_cast<unsigned>(std::bit_width(value)) - 1 - step_bits;
  return (shift + 1) * steps_per_octave + ((value >> shift) & (steps_per_octave - 1));
}

std::uint64_t histogram::middle_of(std::size_t step) noexcept {
  if (step < steps_per_octave)
    return step;
  const auto shift = step / steps_per_octave - 1;
  const auto low = (steps_per_octave + step % steps_per_octave) << shift;
  return low + (std::uint64_t{1} << shift) / 2;
}

double histogram::quantile(double share) const noexcept {
  if (count_ == 0)
    return 0;
  const auto wanted = static_cast<std::uint64_t>(share * static_cast<double>(count_ - 1)) + 1;
  std::uint64_t seen = 0;
  for (std::size_t step = 0; step < steps_.size(); ++step) {
    seen += steps_[step];
    if (seen >= wanted)
      return static_cast<double>(std::min(middle_of(step), max_));
  }
  return static_cast<double>(max_);
}

} // namespace arauto::loadgen
