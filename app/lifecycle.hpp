#pragma once

#include <atomic>
#include <cstdint>

namespace arauto::app {

/// What the process is about, for those who ask whether to send it clients (`/health/ready`). Written by the server,
/// read by any thread.
class lifecycle {
public:
  enum class phase : std::uint8_t {
    /// Stores are read, actors are made: nobody is accepted yet.
    starting,
    serving,
    /// It goes down. Begins before the first connection is closed.
    draining
  };

  phase now() const noexcept { return now_.load(std::memory_order_acquire); }
  /// From starting only: a server that is told to go down before it serves stays down.
  void serve() noexcept {
    auto expected = phase::starting;
    now_.compare_exchange_strong(expected, phase::serving, std::memory_order_acq_rel);
  }
  /// For good.
  void drain() noexcept { now_.store(phase::draining, std::memory_order_release); }

private:
  std::atomic<phase> now_{phase::starting};
};

} // namespace arauto::app
