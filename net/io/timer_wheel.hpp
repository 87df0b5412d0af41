#pragma once

#include "net/ports.hpp"

#include <array>
#include <cstdint>
#include <optional>

namespace arauto {

/// Timers of one I/O thread: a hashed wheel with ticks of 4 ms, so that arming and disarming cost a few instructions
/// whatever their number. Holds no clock: the loop tells it the time. Times are milliseconds of any steady clock.
/// Unbounded in number; each timer is memory of its owner.
class timer_wheel {
public:
  static constexpr std::int64_t tick_ms = 4;

  explicit timer_wheel(std::int64_t now_ms);
  timer_wheel(const timer_wheel&) = delete;
  timer_wheel& operator=(const timer_wheel&) = delete;
  /// Disarms what is still armed.
  ~timer_wheel();

  /// Fires never before `deadline_ms` and at most one tick after it.
  void arm(timer& what, std::int64_t deadline_ms) noexcept;
  void disarm(timer& what) noexcept;

  /// Fires everything that is due.
  void advance(std::int64_t now_ms);

  /// When `advance` has to be called next; nothing when no timer is armed.
  std::optional<std::int64_t> next_ms() const noexcept;

private:
  static constexpr std::size_t slot_count = 8192;
  class slot final : public timer_link {};

  void link(slot& where, timer& what) noexcept;
  void run_slot(std::size_t index, std::int64_t now_tick);
  std::optional<std::int64_t> next_tick() const noexcept;

  std::array<slot, slot_count> slots_;
  /// A set bit may be stale (its timers were disarmed), a clear one never is.
  std::array<std::uint64_t, slot_count / 64> occupied_{};
  std::int64_t tick_;
};

} // namespace arauto
