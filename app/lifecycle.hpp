#pragma once

#include <atomic>
#include <cstdint>

namespace arauto::app {

/// How far the process is. Only `serving` is ready for clients.
enum class stage : std::uint8_t {
  starting,
  serving,
  /// Asked to end: no new client is let in, and those that are there are released.
  draining
};

/// Which stage the process is in: one word that the server changes and everybody reads. Owned by the server, outlives
/// all threads. Thread-safe. It becomes `draining` before the first connection is closed, and never leaves that.
class lifecycle {
public:
  stage now() const noexcept { return now_.load(std::memory_order_acquire); }
  bool is_draining() const noexcept { return now() == stage::draining; }
  void enter(stage next) noexcept { now_.store(next, std::memory_order_release); }

private:
  std::atomic<stage> now_{stage::starting};
};

} // namespace arauto::app
