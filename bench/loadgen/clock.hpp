#pragma once

#include <chrono>
#include <cstdint>

namespace arauto::loadgen {

/// Nanoseconds of the monotonic clock: what latencies are computed from and what a marker carries.
using nanos = std::int64_t;

inline nanos now() noexcept {
  const auto since_epoch = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::nanoseconds>(since_epoch).count();
}

constexpr nanos from_seconds(double seconds) noexcept {
  return static_cast<nanos>(seconds * 1e9);
}
constexpr nanos from_milliseconds(std::int64_t milliseconds) noexcept {
  return milliseconds * 1'000'000;
}
constexpr double to_seconds(nanos span) noexcept {
  return static_cast<double>(span) / 1e9;
}

} // namespace arauto::loadgen
