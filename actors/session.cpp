#include "actors/session.hpp"

#include "actors/identifiers.hpp"
#include "net/json.hpp"

#include <caf/actor_cast.hpp>
#include <caf/send.hpp>

#include <algorithm>

namespace arauto {

namespace {

/// Socket.IO's own texts ("disconnect" in its documentation).
constexpr std::string_view ended_by_server = "server namespace disconnect";

/// Only clients of Socket.IO know what to do with an offset behind their arguments.
event_form form_of(const session_carrier& above, const gate_pass& pass) {
  const auto form = above.form();
  return form == event_form::socketio && pass.log && pass.start.is_recoverable ? event_form::socketio_with_offset
                                                                               : form;
}

std::string error_argument(std::string_view reason) {
  std::string out = "{\"error\":";
  json::append_string(out, reason);
  return out + "}";
}

} // namespace

session::session(caf::actor_config& config, session_carrier& above, std::string_view sid, gate_pass& pass)
    : light_actor{config},
      out_{above.out()},
      form_{form_of(above, pass)},
      is_selected_only_{pass.log && pass.log->is_selected_only},
      above_{&above},
      owner_{std::move(pass.owner)},
      log_{pass.log ? pass.log->log : nullptr},
      instances_{pass.log ? std::move(pass.log->instances) : nullptr} {
  set_sid(sid);
  if (!pass.filter.is_open())
    rare().filter = std::move(pass.filter);
  if (pass.expires_at_ms)
    rare().end = std::make_unique<expiry>(*this, *pass.expires_at_ms);
  if (pass.client_events != nullptr)
    rare().client_events = pass.client_events;
  lane_ = live_lane();
  if (log_ != nullptr && (pass.start.is_recoverable || pass.start.place))
    rare().start = std::make_unique<beginning>(std::move(pass.start));
}

session::~session() = default;

session::rarities& session::rare() {
  if (!rare_)
    rare_ = std::make_unique<rarities>();
  return *rare_;
}

void session::set_sid(std::string_view sid) {
  if (sid.size() == sid_.size())
    std::copy(sid.begin(), sid.end(), sid_.begin());
  else
    rare().sid = sid;
}

session_actor session::handle() {
  return caf::actor_cast<session_actor>(this);
}

void session::expiry::on_timer() {
  who.unit().counters().expired_sessions.add();
  who.close();
}

void session::ask(join ticket) {
  ticket.who = handle();
  ticket.loop = unit().home().index();
  if (start() != nullptr && start()->resumed)
    set_sid(start()->resumed->sid);
  ticket.sid = sid();
  ticket.is_recoverable = is_recoverable();
  caf::anon_send(owner_, std::move(ticket));
}

void session::admit(const admit_session& x) {
  if (state_ != state::asking)
    return; // It left in the meantime, and has told its owner.
  state_ = state::joined;
  if (rare_ && rare_->end)
    unit().home().arm(*rare_->end, std::chrono::milliseconds{std::max<std::int64_t>(0, rare_->end->at_ms - unix_ms())});
  unit().counters().open_sessions.add();
  if (x.as)
    become(*x.as);
  // First the answer, then the place in the list: nothing may overtake CONNECT.
  begin_at(x.position);
  above_->lists().insert(*this, x.list);
  for (const auto& room : x.rooms)
    above_->lists().rooms().join(*this, x.list.instance, room);
}

void session::become(const known_session& x) {
  set_sid(x.sid);
  if (start() == nullptr)
    rare().start = std::make_unique<beginning>();
  start()->pid = x.pid;
  if (!x.missed.empty())
    push(x.missed);
}

// -- to the client

void session::deliver(batch& x) {
  if (lane_ == lane::log) {
    behind_->newest = x.last().sequence;
    return;
  }
  // What was read from the log may still be on its way here.
  const auto is_new = x.first().sequence > place_.sequence;
  thread_local std::vector<frame_ptr> wanted;
  auto frames = x.frames(form_);
  if (lane_ == lane::filtered || !is_new) {
    wanted.clear();
    for (std::size_t i = 0; i < frames.packets.size(); ++i)
      if (const auto& what = x.events()[i]->what(); what.sequence > place_.sequence && passes(what))
        wanted.push_back(frames.packets[i]);
    frames = wanted;
  }
  const auto result = frames.packets.empty() ? push_result::accepted : offer(frames);
  if (result == push_result::over_high_water)
    return fall_behind(x.last().sequence);
  if (result != push_result::accepted)
    return;
  x.note_deliveries(frames.packets.size());
  place_ = {x.last().epoch, std::max(place_.sequence, x.last().sequence)};
}

bool session::deliver_packet(const broadcast& x) {
  const auto is_stream =
      form_ == event_form::message || form_ == event_form::sse; // These carry events of instances only.
  if (state_ != state::joined || is_stream || (behind_ && behind_->is_before_connect))
    return false;
  if (x.is_volatile && !out_->is_writable()) {
    unit().counters().dropped_volatile_packets.add();
    return false;
  }
  if (x.ack && !talk().acks.expect(x.ack->id, x.ack->to))
    unit().counters().forgotten_acks.add();
  if (!push_packet(x))
    return false;
  unit().counters().deliveries.add();
  return true;
}

bool session::push(const frame_batch& what) {
  const auto result = offer(what);
  if (result == push_result::over_high_water)
    above_->close(close_reason::transport_error);
  return result == push_result::accepted;
}

/// What is no event of an instance ends in the session's place all the same, so that nobody can forge one.
bool session::push_packet(const broadcast& x) {
  const auto& first = x.frames->front();
  const auto type = first->packet().substr(1, 1);
  if (form_ != event_form::socketio_with_offset || x.ack || (type != "2" && type != "5"))
    return push(*x.frames);
  auto frames = *x.frames;
  const auto text = first->packet();
  frames.front() = frame::text({text.substr(0, text.size() - 1), ",\"", to_string(place_), "\"]"});
  return push(frames);
}

// -- from the client

session::dialogue& session::talk() {
  auto& x = rare();
  if (!x.talk)
    x.talk = std::make_unique<dialogue>();
  return *x.talk;
}

bool session::is_within_rate(const client_event_rules& rules) {
  if (rules.per_second == 0)
    return true;
  const auto now = unit().home().now_ms();
  auto& rate = talk().rate;
  if (!rate)
    rate.emplace(rules.per_second, now);
  return rate->take(now);
}

std::string session::on_client_event(const socketio::assembled_packet& x) {
  auto& counters = unit().counters();
  const auto* rules = rare_ ? rare_->client_events : nullptr;
  if (rules == nullptr) {
    counters.dropped_client_events.add();
    return {}; // As recorded: ignored, and an acknowledgement never comes.
  }
  auto parts = socketio::split_event(x.packet);
  std::size_t bytes = parts.arguments.size();
  for (const auto& attachment : x.attachments)
    bytes += attachment.size();
  auto refusal = rules->refusal == nullptr ? std::string{} : rules->refusal(parts.name);
  if (refusal.empty() && bytes > rules->bytes_max)
    refusal = error_argument("this event has " + std::to_string(bytes) + " bytes; at most " +
                             std::to_string(rules->bytes_max) + " are allowed here");
  if (refusal.empty() && !is_within_rate(*rules))
    refusal = error_argument("more than " + std::to_string(rules->per_second) +
                             " events per second; send fewer, or wait a second");
  if (!refusal.empty()) {
    counters.dropped_client_events.add();
    return refusal;
  }
  counters.client_events.add();
  auto content = std::make_shared<packet_content>(packet_content{std::string{parts.arguments}, x.attachments});
  caf::anon_send(owner_,
                 client_event{handle(), unit().home().index(), std::move(parts.name), std::move(content), x.packet.id});
  return {};
}

void session::on_client_ack(const socketio::assembled_packet& x) {
  if (!x.packet.id || x.packet.payload.empty() || !rare_ || !rare_->talk)
    return;
  const auto to = rare_->talk->acks.take(*x.packet.id);
  if (!to)
    return; // Unknown or answered already (protocol text, section 4).
  const auto array = x.packet.payload;
  const auto first = array.find('[') + 1;
  auto content = std::make_shared<packet_content>(
      packet_content{std::string{array.substr(first, array.rfind(']') - first)}, x.attachments});
  caf::anon_send(*to, client_ack{handle(), std::move(content)});
}

// -- ends

void session::drop_connection() {
  if (above_ != nullptr)
    above_->close(close_reason::forced_close);
}

void session::leave_namespace(std::string_view why) {
  if (state_ == state::over)
    return;
  if (state_ == state::joined)
    unit().counters().open_sessions.subtract();
  state_ = state::over;
  if (rare_ && rare_->end)
    unit().home().disarm(*rare_->end);
  behind_.reset();
  auto& lists = above_->lists();
  lists.remove(*this);
  leave last{handle(), unit().home().index(), why, lists.rooms().leave_all(*this)};
  if (is_recoverable())
    last.sid = rare_ && !rare_->joined_sid.empty() ? rare_->joined_sid : std::string{sid()};
  caf::anon_send(owner_, std::move(last));
  above_ = nullptr;
  out_ = nullptr;
  end();
}

void session::receive(caf::type_erased_tuple& what) {
  if (what.match_elements<refuse_session>())
    refuse(what.get_as<refuse_session>(0));
  else if (what.match_elements<close_session>())
    close();
  else if (what.match_elements<events_read>())
    take(what.get_as<events_read>(0));
}

void session::refuse(const refuse_session& why) {
  if (state_ != state::asking)
    return;
  auto* above = above_;
  const auto self = handle(); // Its carrier lets go of it.
  leave_namespace(ended_by_server);
  above->on_refused(*this, why.message, why.data);
}

void session::close() {
  if (state_ == state::over)
    return;
  auto* above = above_;
  const auto self = handle();
  leave_namespace(ended_by_server);
  above->on_closed_by_owner(*this);
}

void session::end_as(session_end how) {
  if (state_ == state::over)
    return;
  switch (how) {
  case session_end::membership:
    return close();
  case session_end::client:
    return above_->disconnect_all();
  case session_end::connection:
    return drop_connection();
  }
}

} // namespace arauto
