// The polling leg of an Engine.IO connection (protocol text, section 5).
#include "net/engineio/payload.hpp"
#include "net/io/engine_connection.hpp"

namespace arauto::io {

namespace {

/// How long a closed connection waits for its poller to fetch what is left (Engine.IO text, section 5).
constexpr std::chrono::milliseconds linger_time{30000};

} // namespace

http::response engine_answer(unsigned status, const engine_settings& settings, const http::request& asked) {
  http::response x;
  x.status = status;
  http::add_engine_cors(settings.cors, asked, x);
  return x;
}

http::response polling_answer(const engine_settings& settings, const http::request& asked, std::string body) {
  auto x = engine_answer(200, settings, asked);
  x.set("Content-Type", "text/plain; charset=UTF-8").set("cache-control", "no-store");
  x.body = std::move(body);
  return x;
}

void engine_connection::answer_get(std::string body) {
  if (!held_)
    return;
  const auto held = std::exchange(held_, nullptr);
  held->answer.body = std::move(body);
  engine_.services().answers.respond(held->where, std::move(held->answer));
}

void engine_connection::answer_get_with_queue() {
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < queue_.size(); ++i)
    bytes += engineio::encoded_size(*queue_.at(i));
  std::string body;
  body.reserve(bytes);
  while (!queue_.empty())
    engineio::append_packet(body, *queue_.pop());
  answer_get(std::move(body));
}

/// Ends a held GET for the sake of an upgrade. Once the WebSocket is current, what is queued belongs to it.
void engine_connection::release_get() {
  if (queue_.empty() || rules_.current() == engineio::transport::websocket)
    answer_get("6");
  else if (held_)
    answer_get_with_queue();
}

void engine_connection::on_get(const http::request& asked, reply_slot where) {
  const auto self = shared_from_this();
  const auto& x = engine_.services();
  if (held_) { // Engine.IO text, section 5: concurrent GETs end the connection.
    x.answers.respond(where, engine_answer(400, x.settings, asked));
    return run(rules_.close(close_reason::transport_error));
  }
  held_ = std::make_unique<held_get>(held_get{where, polling_answer(x.settings, asked, {})});
  if (!queue_.empty())
    return answer_get_with_queue();
  if (lingering_) {
    answer_get("6\x1e"
               "1");
    return engine_.forget(sid_);
  }
  run(rules_.on_poll_held());
}

void engine_connection::on_post(const http::request& asked, reply_slot where) {
  const auto self = shared_from_this();
  const auto& x = engine_.services();
  if (lingering_)
    return x.answers.respond(where, engine_answer(400, x.settings, asked));
  if (asked.body.size() > max_payload_)
    return x.answers.respond(where, engine_answer(413, x.settings, asked));
  if (asked.field("content-type").starts_with("application/octet-stream")) {
    x.answers.respond(where, engine_answer(400, x.settings, asked));
    return run(rules_.close(close_reason::parse_error));
  }
  engineio::payload_reader packets{asked.body};
  while (auto next = packets.next()) {
    run(*next ? rules_.on_packet(engineio::transport::polling, **next)
              : rules_.on_undecodable(engineio::transport::polling));
    if (!*next || rules_.is_over() || closing_)
      break;
  }
  auto answer = engine_answer(200, x.settings, asked);
  answer.set("Content-Type", "text/html").set("cache-control", "no-store");
  answer.body = "ok";
  x.answers.respond(where, std::move(answer));
}

void engine_connection::on_poll_lost(reply_slot where) {
  if (!held_ || held_->where != where)
    return;
  held_.reset();
  run(rules_.on_transport_lost(engineio::transport::polling, false));
}

/// What a poller sees of the end (Engine.IO text, section 5, "Closing").
void engine_connection::finish_polling(close_reason why) {
  const auto is_graceful = why == close_reason::forced_close;
  if (held_ && !queue_.empty())
    answer_get_with_queue();
  if (is_graceful && !held_) {
    lingering_ = true;
    engine_.services().home.arm(heartbeat_, linger_time);
    return;
  }
  answer_get(why == close_reason::transport_close ? "6" : "1");
  engine_.forget(sid_);
}

} // namespace arauto::io
