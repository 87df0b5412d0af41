#include "net/io/engine_connection.hpp"

#include <algorithm>

namespace arauto::io {

namespace {

const frame_ptr& ping_packet() {
  static const frame_ptr x = frame::text({"2"});
  return x;
}
const frame_ptr& pong_packet() {
  static const frame_ptr x = frame::text({"3"});
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
template <class... Handlers>
overloaded(Handlers...) -> overloaded<Handlers...>;

} // namespace

engine_connection::engine_connection(engine& owner, const sid_text& sid, const engine_opening& what)
    : is_text_only_{what.is_text_only},
      rules_{owner.services().settings.limits, what.first, what.shake.version},
      engine_{owner},
      max_payload_{owner.services().settings.limits.max_payload},
      sid_{sid} {
  if (what.judged.max_payload != 0)
    max_payload_ = std::min(max_payload_, what.judged.max_payload);
  if (what.jsonp)
    rare().jsonp = what.jsonp;
  if (!what.judged.all_fields.empty())
    rare().fields = what.judged.all_fields;
}

engine_connection::~engine_connection() {
  engine_.services().home.forget(*this);
}

engine_connection::rarities& engine_connection::rare() {
  if (!rare_)
    rare_ = std::make_unique<rarities>();
  return *rare_;
}

std::span<const header_field> engine_connection::fields() const noexcept {
  return rare_ ? std::span<const header_field>{rare_->fields} : std::span<const header_field>{};
}

// -- opening

void engine_connection::start_application(handshake shake) {
  engine_.services().counters.open_connections.add();
  shake.sid = sid();
  above_ = engine_.services().above.open(*this, std::move(shake));
}

// -- the application's side

push_result engine_connection::push(const frame_batch& what) {
  if (closing_ || rules_.is_over())
    return push_result::closed;
  const auto takes_runs =
      !what.runs.empty() && rules_.version() != 3 && rules_.current() == engineio::transport::websocket;
  const auto frames = takes_runs ? what.runs : what.packets;
  std::size_t bytes = 0;
  for (const auto& x : frames)
    bytes += x->websocket().size();
  const auto is_full = [&] {
    return !queue_.empty() && queue_.bytes() + bytes > engine_.services().settings.backlog_max;
  };
  if (is_full()) {
    if (way_out_ != nullptr)
      way_out_->flush();
    if (is_full()) {
      engine_.services().counters.backlog_overflows.add();
      return push_result::over_high_water;
    }
  }
  for (const auto& x : frames)
    queue_.push(rules_.version() == 3 ? fitting(x) : x);
  mark_dirty();
  return push_result::accepted;
}

/// The frame as this client of version 3 understands it. What waits for a poll becomes text only when it leaves.
frame_ptr engine_connection::fitting(const frame_ptr& packet) const {
  return engineio::websocket_frame_v3(packet, is_text_only_ && rules_.current() == engineio::transport::websocket);
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
  if (closing_ || rules_.is_over())
    return false;
  return rules_.current() == engineio::transport::polling ? held_ != nullptr
                                                          : way_out_ != nullptr && !way_out_->is_blocked();
}

std::span<const header_field> engine_connection::request_fields() const noexcept {
  return rare_ ? rare_->request_fields : std::span<const header_field>{};
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
    if (way_out_ != nullptr)
      way_out_->mark_dirty();
  } else if (held_) {
    engine_.services().home.at_flush(*this);
  }
}

void engine_connection::at_turn_end() {
  const auto self = shared_from_this();
  if (held_ && !queue_.empty())
    answer_get_with_queue();
  // A client that changes its transport now has stopped to poll, and would not see the end: it gets there first, or
  // gives up within the upgrade timeout.
  const auto is_changing = rules_.is_changing() && closing_ == close_reason::forced_close;
  if (closing_ && !is_changing)
    run(rules_.close(*closing_));
}

/// A close may have waited for the end of a probe.
void engine_connection::on_probe_ended() {
  if (closing_)
    engine_.services().home.at_flush(*this);
}

// -- rules

void engine_connection::on_clock(engineio::clock which) {
  const auto self = shared_from_this();
  if (lingering_)
    return engine_.forget(sid());
  run(rules_.on_clock(which));
}

void engine_connection::run(const engineio::actions& what) {
  const auto self = shared_from_this();
  for (const auto& x : what)
    perform(x);
}

void engine_connection::perform(const engineio::action& what) {
  using namespace engineio;
  auto& home = engine_.services().home;
  std::visit(overloaded{
                 [&](send_ping) { send_control(ping_packet()); },
                 [&](send_pong) { send_control(pong_packet()); },
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
                     home.arm(*this, x.delay);
                   else if (probing_)
                     home.arm(probing_->upgrade_clock, x.delay);
                 },
                 [&](const disarm& x) {
                   if (x.which == clock::heartbeat)
                     home.disarm(*this);
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
  engine_.services().home.disarm(*this);
  drop_probe();
  cut_post();
  if (const auto above = std::exchange(above_, nullptr))
    above->on_close(why);
  if (rules_.current() == engineio::transport::polling)
    return finish_polling(why);
  if (const auto socket = std::exchange(socket_, nullptr)) {
    way_out_ = nullptr;
    socket->flush();
    socket->close();
  }
  engine_.forget(sid());
}

} // namespace arauto::io
