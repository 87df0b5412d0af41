#include "actors/room_namespace.hpp"

#include "net/socketio/encode.hpp"

#include <caf/send.hpp>

#include <utility>

namespace arauto {

void room_namespace_state::begin(io_unit& unit, const room_namespace_actor& self, std::vector<hub_actor> hubs,
                                 instance_number number, std::string nsp) {
  unit_ = &unit;
  self_ = self.address();
  sessions_ = session_set{hubs.size()};
  hubs_ = std::move(hubs);
  number_ = number;
  nsp_ = std::move(nsp);
}

// -- sessions

void room_namespace_state::admit(const join& x) {
  sessions_.add(x);
  caf::anon_send(hubs_[x.loop], admit_session{x.who, {list_key::part::own_namespace, number_}, {x.sid}});
}

void room_namespace_state::admit_as(const join& x, known_session known, std::vector<std::string> rooms) {
  sessions_.add(x);
  caf::anon_send(hubs_[x.loop], admit_session{x.who,
                                              {list_key::part::own_namespace, number_},
                                              std::move(rooms),
                                              0,
                                              std::make_shared<const known_session>(std::move(known))});
}

void room_namespace_state::refuse(const join& x, std::string message, std::string data) {
  caf::anon_send(x.who, refuse_session{std::move(message), std::move(data)});
}

void room_namespace_state::release(const leave& x) {
  sessions_.remove(x);
}

// -- whom to address

target room_namespace_state::everybody() const {
  target x;
  x.list = {list_key::part::own_namespace, number_};
  return x;
}

target room_namespace_state::only(const session_actor& who) const {
  auto x = everybody();
  x.only = who;
  return x;
}

target room_namespace_state::room(std::string name) const {
  auto x = everybody();
  x.rooms.push_back(std::move(name));
  return x;
}

/// The I/O threads on which such sessions may live.
std::vector<std::size_t> room_namespace_state::loops_of(const target& x) const {
  std::vector<std::size_t> loops;
  if (x.only) {
    if (const auto* known = sessions_.find(x.only))
      loops.push_back(known->loop);
    return loops;
  }
  for (std::size_t i = 0; i < hubs_.size(); ++i)
    if (sessions_.reaches(i))
      loops.push_back(i);
  return loops;
}

/// One message for every HUB, shared.
template <class Message>
void room_namespace_state::tell(const std::vector<std::size_t>& loops, Message what) {
  const auto shared = caf::make_message(std::move(what));
  for (const auto i : loops)
    caf::actor_cast<caf::abstract_actor*>(hubs_[i])->enqueue(nullptr, caf::make_message_id(), shared, nullptr);
}

// -- to clients

void room_namespace_state::send(target to, std::vector<frame_ptr> frames, bool is_volatile) {
  broadcast out;
  out.to = std::move(to);
  out.frames = std::make_shared<const std::vector<frame_ptr>>(std::move(frames));
  out.is_volatile = is_volatile;
  const auto loops = loops_of(out.to);
  tell(loops, std::move(out));
}

void room_namespace_state::emit(target to, const outgoing_event& what, bool is_volatile) {
  send(std::move(to), socketio::encode_binary_event(nsp_, what.name, what.arguments, what.attachments), is_volatile);
}

void room_namespace_state::ask(target to, const outgoing_event& what, std::chrono::milliseconds timeout,
                               ack_handler then) {
  const auto id = next_ack_++;
  const auto loops = loops_of(to);
  if (loops.empty())
    return then(acks_collected{id, false, {}});
  asked_.emplace(id, std::move(then));
  const auto collector = spawn_on<ack_collector_actor, ack_collector_state>(
      *unit_, ack_collector, caf::actor_cast<room_namespace_actor>(self_), id, loops.size(), timeout);
  broadcast out;
  out.to = std::move(to);
  out.frames = std::make_shared<const std::vector<frame_ptr>>(
      socketio::encode_binary_event(nsp_, what.name, what.arguments, what.attachments, id));
  out.ack = awaited_ack{id, collector};
  tell(loops, std::move(out));
}

void room_namespace_state::acknowledge(const client_event& x, std::string_view arguments,
                                       std::span<const std::string> attachments) {
  if (x.ack_id)
    send(only(x.from), socketio::encode_binary_ack(nsp_, *x.ack_id, arguments, attachments), false);
}

void room_namespace_state::change_rooms_of(target who, std::vector<std::string> join, std::vector<std::string> leave) {
  const auto loops = loops_of(who);
  tell(loops, change_rooms{std::move(who), std::move(join), std::move(leave)});
}

void room_namespace_state::disconnect(target who, session_end how) {
  const auto loops = loops_of(who);
  tell(loops, disconnect_sessions{std::move(who), how});
}

void room_namespace_state::find(target who, find_handler then) {
  const auto loops = loops_of(who);
  if (loops.empty())
    return then({});
  const auto token = next_search_++;
  searches_.emplace(token, search{loops.size(), {}, std::move(then)});
  tell(loops, find_sessions{std::move(who), caf::actor_cast<room_namespace_actor>(self_), token});
}

// -- answers

void room_namespace_state::on_acks(const acks_collected& x) {
  if (const auto asked = asked_.extract(x.token))
    asked.mapped()(x);
}

void room_namespace_state::on_found(const sessions_found& x) {
  const auto at = searches_.find(x.token);
  if (at == searches_.end())
    return;
  auto& found = at->second.found;
  found.insert(found.end(), x.sessions.begin(), x.sessions.end());
  if (--at->second.hubs_left > 0)
    return;
  const auto done = searches_.extract(at);
  done.mapped().then(done.mapped().found);
}

} // namespace arauto
