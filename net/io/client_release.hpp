#pragma once

#include "net/io/engine.hpp"
#include "net/io/event_streams.hpp"

#include <chrono>
#include <memory>
#include <vector>

namespace arauto::io {

/// Lets the clients of one I/O thread go, evenly over a time, so that those who reconnect do not come all at once. Each
/// gets the end that its protocol has for that (`close_reason::forced_close`). Those that come meanwhile are not its
/// concern. Owned by what owns engine and streams; I/O thread only. Holds a weak pointer per client while it lasts.
class client_release final : private timer {
public:
  explicit client_release(io_loop& home) : home_{home} {}
  ~client_release() override { home_.disarm(*this); }

  /// The first client goes at once, the last one before `over` (at least 1 ms) has passed. Once.
  void begin(const engine& connections, const event_streams& streams, std::chrono::milliseconds over);

private:
  void on_timer() override;

  io_loop& home_;
  std::vector<std::weak_ptr<engine_connection>> connections_;
  std::vector<std::weak_ptr<event_stream>> streams_;
  /// So many of both are gone.
  std::size_t gone_ = 0;
  std::int64_t began_ms_ = 0;
  std::chrono::milliseconds over_{0};
};

} // namespace arauto::io
