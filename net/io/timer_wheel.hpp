#pragma once

#include "net/ports.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace arauto {

/// Timers of one I/O thread: a hierarchical wheel, so that arming and disarming cost a few instructions whatever their
/// number (Varghese and Lauck, "Hashed and Hierarchical Timing Wheels", scheme 7). Time is cut into blocks of about a
/// second. Timers of the current block stand in slots of 1 ms, those of later ones in one slot per block, from which
/// they move when their block begins. Holds no clock: the loop tells it the time. Times are milliseconds of any steady
/// clock. Unbounded in number; each timer is memory of its owner.
class timer_wheel {
public:
  explicit timer_wheel(std::int64_t now_ms);
  timer_wheel(const timer_wheel&) = delete;
  timer_wheel& operator=(const timer_wheel&) = delete;
  /// Disarms what is still armed.
  ~timer_wheel();

  /// Fires in the first `advance` that reaches `deadline_ms`; in the next millisecond when that is over.
  void arm(timer& what, std::int64_t deadline_ms) noexcept;
  void disarm(timer& what) noexcept;

  /// Fires everything that is due.
  void advance(std::int64_t now_ms);

  /// When `advance` has to be called next; nothing when no timer is armed. Never later than the next deadline.
  std::optional<std::int64_t> next_ms() const noexcept;

private:
  static constexpr std::size_t slot_count = 1024;
  static constexpr std::int64_t block_ms = slot_count;

  class slot final : public timer_link {};

  /// A ring of timer lists.
  class ring {
  public:
    ring() noexcept;
    ~ring();
    void link(std::int64_t at, timer& what) noexcept;
    /// Moves the list of a slot to `out`, an empty place of the caller's.
    void take(std::int64_t at, slot& out) noexcept;
    /// Distance from slot `at` to the first one with timers, below `end`. A slot found may have become empty.
    std::optional<std::int64_t> find(std::int64_t at, std::int64_t end) const noexcept;

  private:
    std::array<slot, slot_count> slots_;
    /// A set bit may be stale (its timers were disarmed), a clear one never is.
    std::array<std::uint64_t, slot_count / 64> occupied_{};
  };

  void link(timer& what) noexcept;
  void begin_block();
  void fire();

  /// The current block: one slot per millisecond.
  ring near_;
  /// Later blocks: one slot per block, shared by blocks that lie `slot_count` blocks apart.
  ring far_;
  std::int64_t now_ms_;
};

} // namespace arauto
