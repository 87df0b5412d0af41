#include "tests/conformance/router.hpp"

#include "net/http/query.hpp"

#include <boost/asio/steady_timer.hpp>

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

template <class What>
void router::after_delay(What what) {
  const auto clock = std::make_shared<boost::asio::steady_timer>(home_.context(), delay_);
  clock->async_wait([clock, what = std::move(what)](const boost::system::error_code& ec) mutable {
    if (!ec)
      what();
  });
}

void router::handle(http::request what, reply_slot where) {
  auto* engine = engine_of(what);
  if (engine == nullptr) {
    http::response none;
    none.status = 404;
    return answers_.respond(where, std::move(none));
  }
  if (!is_handshake(what))
    return engine->handle(std::move(what), where);
  after_delay([engine, what = std::move(what), where]() mutable { engine->handle(std::move(what), where); });
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
  after_delay([engine, what = std::move(what), stream = std::move(stream)]() mutable {
    engine->upgrade(std::move(what), std::move(stream));
  });
}

} // namespace arauto::conformance
