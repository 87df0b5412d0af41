#include "net/io/engine_connection.hpp"

#include <algorithm>

namespace arauto::io {

namespace {

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
  auto fields = engine_answer(101, engine_.services().settings, asked).fields;
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
  auto fields = engine_answer(101, engine_.services().settings, asked).fields;
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
  const auto is_full = [&] {
    return !queue_.empty() && queue_.bytes() + bytes > engine_.services().settings.backlog_max;
  };
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

bool engine_connection::is_writable() const noexcept {
  return rules_.current() == engineio::transport::polling ? held_ != nullptr : socket_ && queue_.empty();
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

} // namespace arauto::io
