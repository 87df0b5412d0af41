#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <deque>
#include <mutex>
#include <unordered_set>

namespace arauto::app {

/// SHA-256 of a relayed body without its `destination`.
using body_digest = std::array<unsigned char, 32>;

/// Which relayed bodies were taken lately, so that a retry, or the global webhook beside the one of the instance,
/// brings no event twice. Holds at most `entries_max` digests, the oldest are forgotten first. Thread-safe: one for all
/// I/O threads, locked for some hundred nanoseconds per relayed event.
class relay_memory {
public:
  relay_memory(std::size_t entries_max, std::chrono::milliseconds window)
      : entries_max_{entries_max}, window_{window} {}

  /// Takes note of a body. False when it is there already.
  bool insert(const body_digest& x, std::chrono::steady_clock::time_point now);
  /// The body was not accepted after all: it may come again.
  void erase(const body_digest& x);
  std::size_t size() const;

private:
  struct hash {
    std::size_t operator()(const body_digest& x) const noexcept;
  };
  struct entry {
    body_digest digest;
    std::chrono::steady_clock::time_point since;
  };
  void forget_oldest();

  std::size_t entries_max_;
  std::chrono::milliseconds window_;
  mutable std::mutex mutex_;
  std::unordered_set<body_digest, hash> known_;
  /// The same digests by age.
  std::deque<entry> order_;
};

} // namespace arauto::app
