#include "net/io/engine_connection.hpp"

#include "net/engineio/payload.hpp"

#include <algorithm>

namespace arauto::io {

namespace {

/// How long a closed connection waits for its poller to fetch what is left (Engine.IO text, section 5).
constexpr std::chrono::milliseconds linger_time{30000};

const frame_ptr& ping_packet() {
  static const frame_ptr x = frame::text({"2"});
  return x;
}
const frame_ptr& probe_answer() {
  static const frame_ptr x = frame::text({"3probe"});
  return x;
}

template <class... Handlers>
struct overloaded : Handlers... {
  using Handlers::operator()...;
};

http::response plain_answer(unsigned status, const engine_settings& settings, const http::request& asked) {
  http::response x;
  x.status = status;
  http::add_engine_cors(settings.cors, asked, x);
  return x;
}

} // namespace

engine_connection::engine_connection(engine& owner, std::string sid, engineio::transport first, std::size_t max_payload)
  : engine_{owner},
    sid_{std::move(sid)},
    rules_{owner.services().settings.limits, first},
    heartbeat_{*this, engineio::clock::heartbeat},
    max_payload_{max_payload} {}

engine_connection::~engine_connection() {
  engine_.services().home.forget(*this);
}

void engine_connection::clock_timer::on_timer() {
  owner_->on_clock(which_);
}

// -- opening

void engine_connection::open_polling(const http::request& asked, reply_slot where, handshake shake) {
  const auto& x = engine_.services().settings;
  auto body = "0" + engineio::open_packet_data(sid_, true, x.limits, x.limits.max_payload);
  engine_.services().answers.respond(where, polling_answer(x, asked, std::move(body)));
  run(rules_.start());
  start_application(std::move(shake));
}

void engine_connection::open_websocket(const http::request& asked, std::shared_ptr<frame_stream> stream,
                                       handshake shake) {
  opening_ = std::make_unique<handshake>(std::move(shake));
  auto fields = plain_answer(101, engine_.services().settings, asked).fields;
  socket_ = websocket_transport::accept(std::move(stream), asked, std::move(fields), max_payload_, *this);
}

void engine_connection::probe(const http::request& asked, std::shared_ptr<frame_stream> stream) {
  engineio::actions next;
  if (closing_ || !rules_.accept_probe(next)) {
    class nobody final : public websocket_listener {
      void on_websocket_open(websocket_transport& from) override { from.close(); }
      void on_websocket_message(websocket_transport&, bool, std::string_view) override {}
      void on_websocket_closed(websocket_transport&, bool) override {}
    };
    static nobody closes_at_once;
    websocket_transport::accept(std::move(stream), asked, {}, max_payload_, closes_at_once);
    return;
  }
  probing_ = std::make_unique<probing>(*this);
  auto fields = plain_answer(101, engine_.services().settings, asked).fields;
  probing_->socket = websocket_transport::accept(std::move(stream), asked, std::move(fields), max_payload_, *this);
  run(std::move(next));
}

void engine_connection::start_application(handshake shake) {
  engine_.services().counters.open_connections.add();
  above_ = engine_.services().above.open(*this, std::move(shake));
}

void engine_connection::on_websocket_open(websocket_transport& from) {
  if (&from != socket_.get() || !opening_)
    return; // A probe: the client speaks first.
  const auto& x = engine_.services().settings;
  socket_->set_source(&queue_);
  send_control(frame::text({"0", engineio::open_packet_data(sid_, false, x.limits, x.limits.max_payload)}));
  run(rules_.start());
  start_application(std::move(*std::exchange(opening_, nullptr)));
}

// -- the application's side

push_result engine_connection::push(std::span<const frame_ptr> frames) {
  if (closing_ || rules_.is_over())
    return push_result::closed;
  std::size_t bytes = 0;
  for (const auto& x : frames)
    bytes += x->websocket().size();
  const auto is_full = [&] { return !queue_.empty() && queue_.bytes() + bytes > engine_.services().settings.backlog_max; };
  if (is_full()) {
    if (socket_)
      socket_->flush();
    if (is_full()) {
      engine_.services().counters.backlog_overflows.add();
      close(close_reason::transport_error);
      return push_result::over_high_water;
    }
  }
  for (const auto& x : frames)
    queue_.push(x);
  mark_dirty();
  return push_result::accepted;
}

void engine_connection::close(close_reason reason) {
  if (closing_ || rules_.is_over())
    return;
  closing_ = reason;
  engine_.services().home.at_flush(*this);
}

void engine_connection::allow_messages(std::size_t bytes_max) {
  max_payload_ = std::min(bytes_max, engine_.services().settings.limits.max_payload);
  if (socket_)
    socket_->set_message_max(max_payload_);
  if (probing_)
    probing_->socket->set_message_max(max_payload_);
}

void engine_connection::shut_down() {
  run(rules_.close(close_reason::forced_close));
}

void engine_connection::send_control(const frame_ptr& packet) {
  queue_.push(packet); // At most one ping and one open packet at a time.
  mark_dirty();
}

void engine_connection::mark_dirty() {
  if (rules_.current() == engineio::transport::websocket) {
    if (socket_)
      socket_->mark_dirty();
  } else if (held_) {
    engine_.services().home.at_flush(*this);
  }
}

void engine_connection::at_turn_end() {
  const auto self = shared_from_this();
  if (held_ && !queue_.empty())
    answer_get_with_queue();
  if (closing_)
    run(rules_.close(*closing_));
}

// -- polling

http::response polling_answer(const engine_settings& settings, const http::request& asked, std::string body) {
  auto x = plain_answer(200, settings, asked);
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
  std::string body;
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
    x.answers.respond(where, plain_answer(400, x.settings, asked));
    return run(rules_.close(close_reason::transport_error));
  }
  held_ = std::make_unique<held_get>(held_get{where, polling_answer(x.settings, asked, {})});
  if (!queue_.empty())
    return answer_get_with_queue();
  if (lingering_) {
    answer_get("6\x1e" "1");
    return engine_.forget(sid_);
  }
  run(rules_.on_poll_held());
}

void engine_connection::on_post(const http::request& asked, reply_slot where) {
  const auto self = shared_from_this();
  const auto& x = engine_.services();
  if (lingering_)
    return x.answers.respond(where, plain_answer(400, x.settings, asked));
  if (asked.body.size() > max_payload_)
    return x.answers.respond(where, plain_answer(413, x.settings, asked));
  if (asked.field("content-type").starts_with("application/octet-stream")) {
    x.answers.respond(where, plain_answer(400, x.settings, asked));
    return run(rules_.close(close_reason::parse_error));
  }
  engineio::payload_reader packets{asked.body};
  while (auto next = packets.next()) {
    run(*next ? rules_.on_packet(engineio::transport::polling, **next)
              : rules_.on_undecodable(engineio::transport::polling));
    if (!*next || rules_.is_over() || closing_)
      break;
  }
  auto answer = plain_answer(200, x.settings, asked);
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

// -- WebSocket

void engine_connection::on_websocket_message(websocket_transport&, bool is_binary, std::string_view message) {
  const auto self = shared_from_this();
  if (closing_)
    return;
  std::string scratch;
  constexpr auto from = engineio::transport::websocket;
  if (is_binary)
    return run(rules_.on_packet(from, engineio::decode_binary(message)));
  const auto packet = engineio::decode_text(message, scratch);
  run(packet ? rules_.on_packet(from, *packet) : rules_.on_undecodable(from));
}

void engine_connection::on_websocket_closed(websocket_transport& from, bool by_error) {
  const auto self = shared_from_this();
  if (opening_) { // The handshake failed: nobody above knows of this connection.
    opening_.reset();
    socket_.reset();
    return engine_.forget(sid_);
  }
  if (probing_ && &from == probing_->socket.get())
    probing_.reset();
  else if (&from == socket_.get())
    socket_.reset();
  else
    return;
  run(rules_.on_transport_lost(engineio::transport::websocket, by_error));
}

void engine_connection::switch_to_websocket() {
  if (!probing_)
    return;
  engine_.services().counters.upgrades.add();
  socket_ = std::move(probing_->socket);
  probing_.reset();
  socket_->set_source(&queue_);
  socket_->mark_dirty();
}

void engine_connection::drop_probe() {
  if (const auto dropped = std::exchange(probing_, nullptr))
    dropped->socket->close();
}

// -- rules

void engine_connection::on_clock(engineio::clock which) {
  const auto self = shared_from_this();
  if (lingering_)
    return engine_.forget(sid_);
  run(rules_.on_clock(which));
}

void engine_connection::run(engineio::actions what) {
  const auto self = shared_from_this();
  for (const auto& x : what)
    perform(x);
}

void engine_connection::perform(const engineio::action& what) {
  using namespace engineio;
  auto& home = engine_.services().home;
  std::visit(overloaded{
               [&](send_ping) { send_control(ping_packet()); },
               [&](send_probe_pong) {
                 if (probing_)
                   probing_->socket->send(*probe_answer());
               },
               [&](const deliver& x) {
                 if (above_)
                   x.is_binary ? above_->on_binary(x.data) : above_->on_text(x.data);
               },
               [&](const arm& x) {
                 if (x.which == clock::heartbeat)
                   home.arm(heartbeat_, x.delay);
                 else if (probing_)
                   home.arm(probing_->upgrade_clock, x.delay);
               },
               [&](const disarm& x) {
                 if (x.which == clock::heartbeat)
                   home.disarm(heartbeat_);
                 else if (probing_)
                   home.disarm(probing_->upgrade_clock);
               },
               [&](release_poll) { release_get(); },
               [&](arauto::engineio::switch_to_websocket) { switch_to_websocket(); },
               [&](arauto::engineio::drop_probe) { drop_probe(); },
               [&](const arauto::engineio::finish& x) { finish(x.why); },
             },
             what);
}

void engine_connection::finish(close_reason why) {
  auto& counters = engine_.services().counters;
  counters.open_connections.subtract();
  if (why == close_reason::ping_timeout)
    counters.ping_timeouts.add();
  if (why == close_reason::parse_error)
    counters.protocol_errors.add();
  engine_.services().home.disarm(heartbeat_);
  drop_probe();
  if (const auto above = std::exchange(above_, nullptr))
    above->on_close(why);
  if (rules_.current() == engineio::transport::polling)
    return finish_polling(why);
  if (const auto socket = std::exchange(socket_, nullptr)) {
    socket->flush();
    socket->close();
  }
  engine_.forget(sid_);
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
