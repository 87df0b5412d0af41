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

std::string error_argument(std::string_view reason) {
  std::string out = "{\"error\":";
  json::append_string(out, reason);
  return out + "}";
}

} // namespace

session::session(caf::actor_config& config, session_carrier& above, dispatch_lists& lists, std::string nsp,
                 std::string sid, gate_pass& pass)
    : light_actor{config},
      above_{&above},
      takes_all_packets_{above.form() == event_form::socketio && pass.filter.is_open()},
      form_{above.form()},
      lists_{&lists},
      owner_{std::move(pass.owner)},
      client_events_{pass.client_events},
      nsp_{std::move(nsp)},
      sid_{std::move(sid)},
      filter_{std::move(pass.filter)},
      expiry_{pass.expires_at_ms ? std::make_unique<expiry>(*this, *pass.expires_at_ms) : nullptr} {}

session::~session() = default;

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
  ticket.sid = sid_;
  caf::anon_send(owner_, std::move(ticket));
}

void session::admit(const admit_session& x) {
  if (state_ != state::asking)
    return; // It left in the meantime, and has told its owner.
  state_ = state::joined;
  if (expiry_)
    unit().home().arm(*expiry_, std::chrono::milliseconds{std::max<std::int64_t>(0, expiry_->at_ms - unix_ms())});
  unit().counters().open_sessions.add();
  // First the answer, then the place in the lists: nothing may overtake CONNECT.
  above_->on_admitted(*this);
  for (const auto& list : x.lists)
    lists_->insert(*this, list);
  for (const auto& room : x.rooms)
    lists_->rooms().join(*this, x.lists.front().instance, room);
}

// -- to the client

void session::deliver(std::span<const publication_ptr> events, std::span<const frame_ptr> frames) {
  if (takes_all_packets_) {
    if (above_->push(frames))
      unit().counters().deliveries.add(frames.size());
    return;
  }
  const auto is_packet = form_ == event_form::socketio;
  thread_local std::vector<frame_ptr> wanted;
  wanted.clear();
  for (std::size_t i = 0; i < events.size(); ++i)
    if (filter_.passes(events[i]->what()))
      wanted.push_back(is_packet ? frames[i] : events[i]->in(form_));
  if (!wanted.empty() && above_->push(wanted))
    unit().counters().deliveries.add(wanted.size());
  wanted.clear();
}

bool session::deliver_packet(const broadcast& x) {
  if (state_ != state::joined || form_ != event_form::socketio) // Streams carry events of instances only.
    return false;
  if (x.is_volatile && !above_->is_writable()) {
    unit().counters().dropped_volatile_packets.add();
    return false;
  }
  if (x.ack && !talk().acks.expect(x.ack->id, x.ack->to))
    unit().counters().forgotten_acks.add();
  if (!above_->push(*x.frames))
    return false;
  unit().counters().deliveries.add();
  return true;
}

// -- from the client

session::dialogue& session::talk() {
  if (!dialogue_)
    dialogue_ = std::make_unique<dialogue>();
  return *dialogue_;
}

bool session::is_within_rate() {
  if (client_events_->per_second == 0)
    return true;
  const auto now = unit().home().now_ms();
  auto& rate = talk().rate;
  if (!rate)
    rate.emplace(client_events_->per_second, now);
  return rate->take(now);
}

std::string session::on_client_event(const socketio::assembled_packet& x) {
  auto& counters = unit().counters();
  if (client_events_ == nullptr) {
    counters.dropped_client_events.add();
    return {}; // As recorded: ignored, and an acknowledgement never comes.
  }
  auto parts = socketio::split_event(x.packet);
  std::size_t bytes = parts.arguments.size();
  for (const auto& attachment : x.attachments)
    bytes += attachment.size();
  auto refusal = client_events_->refusal == nullptr ? std::string{} : client_events_->refusal(parts.name);
  if (refusal.empty() && bytes > client_events_->bytes_max)
    refusal = error_argument("this event has " + std::to_string(bytes) + " bytes; at most " +
                             std::to_string(client_events_->bytes_max) + " are allowed here");
  if (refusal.empty() && !is_within_rate())
    refusal = error_argument("more than " + std::to_string(client_events_->per_second) +
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
  if (!x.packet.id || x.packet.payload.empty() || !dialogue_)
    return;
  const auto to = dialogue_->acks.take(*x.packet.id);
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
  if (expiry_)
    unit().home().disarm(*expiry_);
  lists_->remove(*this);
  caf::anon_send(owner_, leave{handle(), unit().home().index(), why, lists_->rooms().leave_all(*this)});
  above_ = nullptr;
  end();
}

void session::receive(caf::type_erased_tuple& what) {
  if (what.match_elements<refuse_session>())
    refuse(what.get_as<refuse_session>(0));
  else if (what.match_elements<close_session>())
    close();
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
