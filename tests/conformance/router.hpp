#pragma once

#include "net/io/engine.hpp"

#include <chrono>
#include <vector>

namespace arauto::conformance {

/// Sends requests to the engine whose path they have; 404 with an empty body elsewhere. One per I/O thread.
class router final : public http::request_handler, public io::upgrade_handler {
public:
  /// `delay`: handshakes are held back so long, as by a server that looks something up.
  router(io::io_loop& home, std::vector<io::engine*> engines, http::responder& answers, std::chrono::milliseconds delay)
      : home_{home}, engines_{std::move(engines)}, answers_{answers}, delay_{delay} {}

  void handle(http::request what, reply_slot where) override;
  std::size_t body_limit(const http::request& head) override;
  bool begin(const http::request& head, reply_slot where) override;
  void overflow(const http::request& head, reply_slot where) override { engine_of(head)->overflow(head, where); }
  bool wants(const http::request& what) override;
  void upgrade(http::request what, std::shared_ptr<io::frame_stream> stream) override;

private:
  io::engine* engine_of(const http::request& x) const;
  bool is_handshake(const http::request& x) const;

  io::io_loop& home_;
  std::vector<io::engine*> engines_;
  http::responder& answers_;
  std::chrono::milliseconds delay_;
};

} // namespace arauto::conformance
