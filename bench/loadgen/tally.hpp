#pragma once

#include "bench/loadgen/heartbeat.hpp"
#include "bench/loadgen/histogram.hpp"

#include <cstdint>
#include <vector>

namespace arauto::loadgen {

/// Everything one run counts. `window` counts only what falls into the measured window.
struct tally {
  std::uint64_t subscribed = 0;
  std::uint64_t refused = 0;
  std::uint64_t closed = 0;

  std::uint64_t expected = 0;
  std::uint64_t deliveries = 0;
  std::uint64_t duplicates = 0;
  std::uint64_t reordered = 0;
  /// Sequence numbers skipped when they should have come; a reordered event closes its gap later, a lost one never.
  std::uint64_t gaps = 0;
  /// Events of another instance than the connection's.
  std::uint64_t stray = 0;
  std::uint64_t other_frames = 0;
  /// Slow connections that the server has ended, and events that slow connections got.
  std::uint64_t slow_closed = 0;
  std::uint64_t slow_deliveries = 0;
  heartbeat_tally heartbeats;

  std::uint64_t posted = 0;
  std::uint64_t answered = 0;
  std::uint64_t post_errors = 0;
  std::uint64_t producer_reconnects = 0;

  struct {
    bool is_open = false;
    std::uint64_t deliveries = 0;
    std::uint64_t frame_bytes = 0;
    std::uint64_t reads = 0;
    std::uint64_t answered = 0;
    histogram latency_ns;
    histogram answer_ns;
  } window;

  std::int64_t lost() const noexcept { return static_cast<std::int64_t>(expected - deliveries); }
  bool is_all_delivered() const noexcept { return deliveries >= expected && answered >= posted; }
  bool is_clean() const noexcept {
    return lost() == 0 &&
           refused + closed + duplicates + reordered + stray + post_errors + heartbeats.silent_kept() == 0;
  }
};

/// Judges the sequence numbers that one connection receives. Remembers the last 64; what is older counts as late.
class sequence_check {
public:
  enum class arrival { in_order, late, duplicate };
  struct verdict {
    arrival how;
    std::uint64_t skipped;
  };

  verdict note(std::uint64_t sequence) noexcept {
    if (sequence > last_) {
      const auto step = sequence - last_;
      seen_ = step >= 64 ? 1 : (seen_ << step) | 1;
      last_ = sequence;
      return {arrival::in_order, step - 1};
    }
    const auto age = last_ - sequence;
    if (age < 64) {
      const auto bit = std::uint64_t{1} << age;
      if ((seen_ & bit) != 0)
        return {arrival::duplicate, 0};
      seen_ |= bit;
    }
    return {arrival::late, 0};
  }

private:
  std::uint64_t last_ = 0;
  std::uint64_t seen_ = 0;
};

/// Knows which events have not reached all their receivers. Holds 2^20 events; an older one is given up as no longer
/// in flight (it stays missing in the tally).
class event_ledger {
public:
  /// Number of a new event that so many connections must receive.
  std::uint32_t open(std::uint32_t receivers) noexcept {
    const auto id = next_++;
    auto& x = entries_[id % capacity];
    if (x.missing != 0)
      --open_;
    x = {id, receivers};
    if (receivers != 0)
      ++open_;
    return id;
  }

  void delivered(std::uint32_t id) noexcept {
    auto& x = entries_[id % capacity];
    if (x.id == id && x.missing != 0 && --x.missing == 0)
      --open_;
  }

  std::uint64_t open_count() const noexcept { return open_; }

private:
  struct entry {
    std::uint32_t id = 0;
    std::uint32_t missing = 0;
  };
  static constexpr std::uint32_t capacity = 1U << 20;
  std::vector<entry> entries_ = std::vector<entry>(capacity);
  std::uint32_t next_ = 1;
  std::uint64_t open_ = 0;
};

} // namespace arauto::loadgen
