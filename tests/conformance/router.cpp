#include "tests/conformance/router.hpp"

#include "net/http/query.hpp"

#include <functional>
#include <memory>

namespace arauto::conformance {

io::engine* router::engine_of(const http::request& x) const {
  for (auto* engine : engines_)
    if (engine->owns(x.path()))
      return engine;
  return nullptr;
}

bool router::is_handshake(const http::request& x) const {
  return delay_.count() > 0 && http::query_value(x.query(), "sid").value_or("").empty();
}

namespace {

/// Runs something once its time has come, and goes.
class delayed final : private timer {
public:
  static void run(io::io_loop& home, std::chrono::milliseconds delay, std::function<void()> what) {
    auto made = std::make_unique<delayed>();
    made->what_ = std::move(what);
    auto& x = *made;
    x.self_ = std::move(made);
    home.arm(x, delay);
  }

private:
  void on_timer() override {
    const auto self = std::move(self_);
    what_();
  }

  std::function<void()> what_;
  std::unique_ptr<delayed> self_;
};

} // namespace

void router::handle(http::request what, reply_slot where) {
  auto* engine = engine_of(what);
  if (engine == nullptr) {
    http::response none;
    none.status = 404;
    return answers_.respond(where, std::move(none));
  }
  if (!is_handshake(what))
    return engine->handle(std::move(what), where);
  delayed::run(home_, delay_, [engine, what = std::move(what), where] { engine->handle(what, where); });
}

std::size_t router::body_limit(const http::request& head) {
  const auto* engine = engine_of(head);
  return engine == nullptr ? 0 : engine->services().settings.limits.max_payload;
}

bool router::begin(const http::request& head, reply_slot where) {
  auto* engine = engine_of(head);
  return engine != nullptr && engine->begin(head, where);
}

bool router::wants(const http::request& what) {
  auto* engine = engine_of(what);
  return engine != nullptr && engine->wants(what);
}

void router::upgrade(http::request what, std::shared_ptr<io::frame_stream> stream) {
  auto* engine = engine_of(what);
  if (!is_handshake(what))
    return engine->upgrade(std::move(what), std::move(stream));
  delayed::run(home_, delay_,
               [engine, what = std::move(what), stream = std::move(stream)] { engine->upgrade(what, stream); });
}

} // namespace arauto::conformance
