// Plain requests: who answers them, and on which thread. Upgrades are in engine_upgrade.cpp.
#include "net/io/engine.hpp"

#include "net/io/engine_connection.hpp"
#include "net/io/read_handshake.hpp"
#include "net/random_id.hpp"

#include <algorithm>

namespace arauto::io {

using engineio::request_error;

namespace {

constexpr auto sid_characters = engine_connection::sid_characters;
/// Rounds of a loop after which it has read what its sockets had: the first may precede its look at them, the second
/// the handlers of what it found.
constexpr int rounds_to_settle = 3;
constexpr std::string_view thread_names = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

} // namespace

engine::engine(const engine_services& services) : services_{services} {}

engine::~engine() = default;

engine* engine::owner_of(std::string_view sid) const noexcept {
  const auto index = sid.size() == sid_characters ? thread_names.find(sid.front()) : std::string_view::npos;
  return index < services_.all.size() ? services_.all[index] : nullptr;
}

std::string_view engine::by_sid::text(const pointer& x) noexcept {
  return x->sid();
}

std::shared_ptr<engine_connection> engine::find(std::string_view sid) const {
  const auto at = connections_.find(sid);
  return at == connections_.end() ? nullptr : *at;
}

void engine::forget(std::string_view sid) {
  const auto at = connections_.find(sid);
  if (at == connections_.end())
    return;
  const auto last = *at; // It outlives its place, which is found by its sid.
  connections_.erase(at);
}

engine_opening engine::judge(const http::request& what, const parameters& asked, bool is_websocket) {
  engine_opening x;
  x.first = is_websocket ? engineio::transport::websocket : engineio::transport::polling;
  x.shake = read_handshake(what, asked.api_key, is_websocket);
  if (services_.settings.keep_fields)
    x.shake.fields = copied_fields(what);
  x.shake.version = engineio::handshake_version(asked, services_.settings.allow_v3);
  x.is_text_only = asked.is_text_only;
  if (asked.jsonp && !is_websocket)
    x.jsonp = engineio::jsonp_index(*asked.jsonp);
  x.judged = services_.above.admit(x.shake);
  if (!x.judged.accepted)
    services_.counters.refused_handshakes.add();
  return x;
}

std::shared_ptr<engine_connection> engine::make(const engine_opening& what) {
  services_.counters.handshakes.add();
  const auto random = random_id(sid_characters - 1);
  engine_connection::sid_text sid{thread_names[services_.home.index()]};
  std::copy(random.begin(), random.end(), sid.begin() + 1);
  auto made = std::make_shared<engine_connection>(*this, sid, what);
  connections_.insert(made);
  return made;
}

void engine::refuse(const http::request& what, reply_slot where, request_error code, std::string_view text) {
  if (code != request_error::forbidden) // Those were counted when they were judged.
    services_.counters.refused_handshakes.add();
  services_.answers.respond(where, engine_error(code, services_.settings, what, text));
}

// -- judging

bool engine::is_foreign(const http::request& what) const noexcept {
  return services_.settings.refuse_foreign_origins && !services_.settings.cors.admits(what);
}

/// Answers what is wrong without looking at any connection.
bool engine::refuse_unfit(const http::request& what, const parameters& asked, reply_slot where) {
  const auto is_legal = engineio::is_legal_header_value(what.field("origin"));
  const auto error = engineio::check_request(asked, what.method, false, is_legal);
  if (error)
    refuse(what, where, *error);
  else if (!asked.sid.empty() && owner_of(asked.sid) == nullptr)
    refuse(what, where, request_error::session_id_unknown);
  else if (is_foreign(what))
    refuse(what, where, request_error::forbidden, foreign_origin);
  else
    return false;
  return true;
}

std::shared_ptr<engine_connection> engine::find_for(const http::request& what, const parameters& asked,
                                                    reply_slot where) {
  auto connection = find(asked.sid);
  if (!connection) {
    refuse(what, where, request_error::session_id_unknown);
  } else if (const auto error =
                 engineio::check_session_request(asked, false, connection->current(), connection->version())) {
    refuse(what, where, *error);
    connection.reset();
  }
  return connection;
}

void engine::hand_over(engine& owner, step next, http::request what, const parameters& asked, reply_slot where) {
  if (&owner == this)
    return (this->*next)(what, asked, where);
  owner.services_.home.post(
      [&owner, next, request = std::move(what), asked, where] { (owner.*next)(request, asked, where); });
}

/// Its connection learns when the TCP connection of this exchange is gone.
void engine::watch(engine& owner, const std::string& sid, reply_slot where) {
  services_.peers.watch(where, [&owner, sid, where] {
    owner.services_.home.post([&owner, sid, where] {
      if (const auto x = owner.find(sid))
        x->on_request_lost(where);
    });
  });
}

// -- requests

void engine::handle(http::request what, reply_slot where) {
  if (what.method == "OPTIONS" && services_.settings.cors.is_on)
    return services_.answers.respond(where, http::engine_preflight(services_.settings.cors, what));
  const auto asked = engineio::read_parameters(what.query());
  if (refuse_unfit(what, asked, where))
    return;
  if (asked.sid.empty())
    return open_polling(what, asked, where);
  auto& owner = *owner_of(asked.sid);
  if (what.method == "GET")
    watch(owner, asked.sid, where);
  hand_over(owner, &engine::handle_owned, std::move(what), asked, where);
}

void engine::handle_owned(const http::request& what, const parameters& asked, reply_slot where) {
  const auto connection = find_for(what, asked, where);
  if (!connection)
    return;
  if (what.method == "GET" && connection->is_changing())
    settle(0, rounds_to_settle, [this, what, asked, where] { handle_settled_get(what, asked, where); });
  else if (what.method == "GET")
    connection->on_get(what, where);
  else if (what.method == "POST")
    connection->on_post(what, where);
  else
    services_.answers.respond(where, bare_answer(500, services_.settings, what)); // As the reference server does.
}

/// The upgrade packet that was sent before it has been read by now.
void engine::handle_settled_get(const http::request& what, const parameters& asked, reply_slot where) {
  if (const auto connection = find_for(what, asked, where))
    connection->on_get(what, where);
}

void engine::open_polling(const http::request& what, const parameters& asked, reply_slot where) {
  auto opening = judge(what, asked, false);
  if (!opening.judged.accepted)
    return refuse(what, where, request_error::forbidden, opening.judged.refusal);
  // Behind the key, as in the reference server.
  if (opening.shake.version == 0)
    return refuse(what, where, request_error::unsupported_protocol_version);
  make(opening)->open_polling(what, where, std::move(opening));
}

bool engine::begin(const http::request& head, reply_slot where) {
  if (head.method != "POST")
    return false;
  const auto asked = engineio::read_parameters(head.query());
  if (refuse_unfit(head, asked, where))
    return true;
  auto& owner = *owner_of(asked.sid);
  watch(owner, asked.sid, where);
  if (&owner == this)
    begin_owned(head, asked, where);
  else
    hand_over(owner, &engine::begin_owned, head, asked, where);
  return true;
}

void engine::begin_owned(const http::request& head, const parameters& asked, reply_slot where) {
  if (const auto connection = find_for(head, asked, where))
    connection->on_post_begin(head, where);
}

void engine::overflow(const http::request& head, reply_slot where) {
  const auto asked = engineio::read_parameters(head.query());
  hand_over(*owner_of(asked.sid), &engine::overflow_owned, head, asked, where);
}

void engine::overflow_owned(const http::request& head, const parameters& asked, reply_slot where) {
  if (const auto connection = find_for(head, asked, where))
    connection->on_post_overflow(head, where);
}

void engine::depart(std::string_view sid) {
  settle(0, rounds_to_settle, [this, sid = std::string{sid}] { forget(sid); });
}

void engine::respond_settled(reply_slot where, http::response answer) {
  settle(0, rounds_to_settle, [this, where, last = std::move(answer)] { services_.answers.respond(where, last); });
}

/// Visits every I/O thread, then this one again.
void engine::settle(std::size_t thread, int rounds, std::function<void()> then) {
  if (thread == services_.all.size())
    return services_.home.post(std::move(then));
  services_.all[thread]->services_.home.post([this, thread, rounds, next = std::move(then)] {
    rounds > 1 ? settle(thread, rounds - 1, next) : settle(thread + 1, rounds_to_settle, next);
  });
}

void engine::close_all() {
  const std::vector<std::shared_ptr<engine_connection>> all{connections_.begin(), connections_.end()};
  for (const auto& x : all)
    x->shut_down();
}

} // namespace arauto::io
