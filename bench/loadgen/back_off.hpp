#pragma once

#include "bench/loadgen/clock.hpp"

#include <algorithm>
#include <random>

namespace arauto::loadgen {

/// How long a client of socket.io-client waits before it tries again, with that package's defaults: 1 s, doubled with
/// every attempt, at most 5 s, and up to half of it more or less at random.
class back_off {
public:
  nanos next(std::mt19937& random) {
    const auto plain_ms = delay_ms * static_cast<double>(1U << std::min(attempts_++, attempts_that_count));
    const auto factor = std::uniform_real_distribution<double>{1 - randomization, 1 + randomization}(random);
    return from_seconds(std::min(plain_ms * factor, delay_max_ms) / 1000);
  }
  void reset() noexcept { attempts_ = 0; }

private:
  static constexpr double delay_ms = 1000;
  static constexpr double delay_max_ms = 5000;
  static constexpr double randomization = 0.5;
  static constexpr unsigned attempts_that_count = 10;
  unsigned attempts_ = 0;
};

} // namespace arauto::loadgen
