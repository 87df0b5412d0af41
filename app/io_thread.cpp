#include "app/io_thread.hpp"

namespace arauto::app {

io_thread::io_thread(std::uint16_t index, caf::actor_system& system, const shared_parts& shared)
    : home{index},
      unit{system, home, counters},
      hub{spawn_on<hub_actor, hub_state>(unit, arauto::hub, &lists)},
      directory_{shared.board},
      emits_{home, [this](const emit_request& request, unsigned status, std::string_view failure) {
               rest_->answered(request, status, failure);
             }} {
  intake = spawn_on<intake_actor, intake_state>(unit, arauto::intake, &emits_);
}

io_thread::~io_thread() = default;

void io_thread::complete(const shared_parts& shared, broadcaster_actor broadcaster, registry_actor registry,
                         std::vector<const io_counters*> all_counters, std::optional<log_access> log) {
  admin_.emplace(unit, std::move(registry));
  if (log)
    history_.emplace(unit, log->reader, *log->board);
  rest_.emplace(shared.values, api_ports{shared.answers, directory_, *admin_, events_, shared.tokens, shared.relayed,
                                         std::move(all_counters), counters, history_ ? &*history_ : nullptr});
  gate_.emplace(shared.admission, directory_, shared.tokens, std::move(broadcaster), std::move(log));
  front_.emplace(connection_services{unit, *gate_, lists, shared.packets});
  engine.emplace(io::engine_services{home, shared.engines, *front_, shared.answers, peers, counters, shared.engine});
  stream_front_.emplace(connection_services{unit, *gate_, lists, shared.packets});
  streams.emplace(io::event_stream_services{home, *stream_front_, counters, shared.streams});
  router_.emplace(shared.values, *engine, *streams, shared.engine.cors, shared.answers, *rest_);
  http.emplace(io::http_services{home, peers, *router_, *router_, counters, shared.http, shared.body_bytes});
}

void io_thread::start() {
  thread_ = std::thread{[this] { home.run(); }};
}

void io_thread::release(std::chrono::milliseconds over) {
  home.post([this, over] {
    router_->stop_admitting();
    http->is_ending = true;
    release_.begin(*engine, *streams, over);
  });
}

void io_thread::drain() {
  home.post([this] {
    router_->stop_admitting();
    engine->close_all();
    streams->close_all();
    peers.close_all();
  });
}

void io_thread::forget_instances() {
  home.post([this] { directory_.get(); });
}

void io_thread::stop_and_join() {
  home.stop();
  if (thread_.joinable())
    thread_.join();
}

} // namespace arauto::app
