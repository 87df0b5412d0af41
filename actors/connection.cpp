#include "actors/connection.hpp"

#include "actors/failure.hpp"
#include "net/log.hpp"
#include "net/random_id.hpp"
#include "net/socketio/encode.hpp"
#include "net/socketio/revision4.hpp"

#include <caf/actor_cast.hpp>
#include <caf/send.hpp>

#include <algorithm>
#include <limits>
#include <utility>

namespace arauto {

using socketio::packet_type;
using socketio::verdict;

namespace {

/// Socket.IO's own texts ("disconnect" in its documentation).
constexpr std::string_view left_by_client = "client namespace disconnect";

} // namespace

connection::connection(caf::actor_config& config, connection_services& services, outbox& out, const handshake& shake)
    : light_actor{config}, out_{&out}, services_{&services}, shake_{shake}, reader_{services.limits} {
  if (log_enabled(log_level::debug))
    log(log_level::debug, connection::name(),
        "opened by " + shake.remote_address + (shake.is_websocket ? " over WebSocket" : " over polling"));
  unit().home().arm(*this, services_->admission.connect_timeout(shake));
}

void connection::start() {
  if (is_old_client())
    contain(name(), [this] { join_namespace("/", {}); }) ? void() : close(close_reason::transport_error);
}

application_side_ptr connection::hold() {
  caf::intrusive_ptr_add_ref(ctrl());
  return application_side_ptr{this};
}

session& connection::session_of(const session_actor& x) {
  return static_cast<session&>(*caf::actor_cast<caf::abstract_actor*>(x));
}

// -- from the Engine.IO connection

void connection::on_text(std::string_view message) {
  contain(name(), [&] { on_result(reader_.on_text(message)); }) ? void() : close(close_reason::transport_error);
}

void connection::on_binary(std::string_view message) {
  contain(name(), [&] { on_result(reader_.on_binary(message)); }) ? void() : close(close_reason::transport_error);
}

void connection::on_result(const result<const socketio::assembled_packet*>& read) {
  if (!read)
    return close(close_reason::parse_error);
  if (*read != nullptr)
    is_old_client() ? on_old_packet(**read) : on_packet(**read);
  reader_.settle();
}

/// Revision 4: CONNECT may carry a query behind its namespace, and DISCONNECT may repeat it.
void connection::on_old_packet(const socketio::assembled_packet& x) {
  const auto [nsp, query] = socketio::revision4::split_namespace(x.packet.nsp);
  const auto is_connect = x.packet.type == packet_type::connect;
  if (!is_connect && x.packet.type != packet_type::disconnect)
    return on_packet(x);
  const auto auth = socketio::revision4::auth_of_query(query);
  socketio::assembled_packet stripped{x.packet, {}};
  stripped.packet.nsp = nsp;
  if (is_connect)
    stripped.packet.payload = auth;
  on_packet(stripped);
}

void connection::on_packet(const socketio::assembled_packet& x) {
  if (out_ == nullptr)
    return;
  switch (namespaces_.judge(x.packet)) {
  case verdict::close:
    return close(close_reason::parse_error);
  case verdict::ignore:
    return;
  case verdict::process:
    break;
  }
  switch (x.packet.type) {
  case packet_type::connect:
    return join_namespace(x.packet.nsp, x.packet.payload);
  case packet_type::disconnect:
    return on_disconnect(x.packet);
  case packet_type::event:
  case packet_type::binary_event:
    return on_event(x);
  default:
    return session_of(namespaces_.find(x.packet.nsp)->session).on_client_ack(x);
  }
}

void connection::on_close(close_reason why) {
  contain(name(), [&] {
    if (log_enabled(log_level::debug))
      log(log_level::debug, name(),
          "closed for " + shake_.unpack().remote_address + ": " + std::string{to_string(why)});
    out_ = nullptr;
    unit().home().disarm(*this);
    for (auto& x : namespaces_.entries())
      if (const auto held = std::exchange(x.session, nullptr))
        session_of(held).leave_namespace(to_string(why));
    end();
  });
}

// -- namespaces

void connection::join_namespace(std::string_view nsp, std::string_view auth) {
  if (namespaces_.size() >= services_->admission.namespaces_max() && namespaces_.find(nsp) == nullptr)
    return refuse(
        nsp, "too many namespaces on this connection",
        R"({"code":"TOO_MANY_NAMESPACES","hint":"WEBSOCKET_MAX_NAMESPACES is the limit; open another connection."})");
  const auto shake = std::make_shared<const handshake>(shake_.unpack());
  auto judged = services_->admission.judge({nsp, auth, shake});
  if (const auto* no = std::get_if<gate_refusal>(&judged))
    return refuse(nsp, no->message, no->data);
  auto& pass = std::get<gate_pass>(judged);
  auto& entry = namespaces_.begin(nsp);
  auto sid = is_old_client() ? socketio::revision4::session_id(nsp, shake->sid) : random_id(session_sid_characters);
  entry.session = make_light<session, session_actor>(unit(), *this, sid, pass);
  session_of(entry.session).ask(std::move(pass.ticket));
}

void connection::refuse(std::string_view nsp, std::string_view message, std::string_view data) {
  unit().counters().refused_sessions.add();
  if (log_enabled(log_level::debug))
    log(log_level::debug, name(),
        shake_.unpack().remote_address + " is not let into " + std::string{nsp} + ": " + std::string{message});
  send(is_old_client() ? socketio::revision4::encode_connect_error(nsp, message, data)
                       : socketio::encode_connect_error(nsp, message, data));
}

const connection::table::entry* connection::entry_of(const session& who) const noexcept {
  const auto& all = namespaces_.entries();
  const auto at = std::find_if(all.begin(), all.end(), [&who](const table::entry& x) {
    return caf::actor_cast<const caf::abstract_actor*>(x.session) == &who;
  });
  return at == all.end() ? nullptr : &*at;
}

connection::table::entry* connection::entry_of(const session& who) noexcept {
  return const_cast<table::entry*>(std::as_const(*this).entry_of(who));
}

std::string_view connection::nsp_of(const session& who) const noexcept {
  const auto* entry = entry_of(who);
  return entry == nullptr ? std::string_view{} : entry->nsp;
}

void connection::on_admitted(const session& who) {
  if (!namespaces_.has_joined()) { // The first success stops the deadline for good, and shows a key.
    unit().home().disarm(*this);
    if (out_ != nullptr)
      out_->allow_messages(std::numeric_limits<std::size_t>::max());
  }
  auto* entry = entry_of(who);
  if (entry == nullptr)
    return;
  entry->now = table::state::joined;
  send(is_old_client() ? socketio::revision4::encode_connect(entry->nsp)
                       : socketio::encode_connect(entry->nsp, who.sid(), who.pid()));
}

void connection::on_refused(const session& who, std::string_view message, std::string_view data) {
  const std::string nsp{nsp_of(who)};
  namespaces_.erase(nsp);
  refuse(nsp, message, data);
}

void connection::on_closed_by_owner(const session& who) {
  if (auto* entry = entry_of(who)) {
    entry->now = table::state::left;
    send(socketio::encode_disconnect(entry->nsp));
    entry->session = nullptr;
  }
}

void connection::on_disconnect(const socketio::packet& x) {
  auto* entry = namespaces_.find(x.nsp);
  const auto held = std::move(entry->session);
  namespaces_.erase(x.nsp);
  session_of(held).leave_namespace(left_by_client);
}

void connection::disconnect_all() {
  for (auto& x : namespaces_.entries())
    if (const auto held = x.session)
      session_of(held).close();
  close(close_reason::forced_close);
}

// -- client events

void connection::on_event(const socketio::assembled_packet& x) {
  const auto refusal = session_of(namespaces_.find(x.packet.nsp)->session).on_client_event(x);
  if (!refusal.empty() && x.packet.id)
    send(socketio::encode_ack(x.packet.nsp, *x.packet.id, refusal));
}

// -- out

/// An answer of ours: a client with no room for it is closed.
void connection::send(const frame_ptr& packet) {
  if (out_ != nullptr && out_->push({{&packet, 1}}) == push_result::over_high_water)
    close(close_reason::transport_error);
}

void connection::close(close_reason reason) {
  if (out_ != nullptr)
    out_->close(reason);
}

void connection::receive(caf::type_erased_tuple& what) {
  if (what.match_elements<close_connection>())
    close(close_reason::forced_close);
}

} // namespace arauto
