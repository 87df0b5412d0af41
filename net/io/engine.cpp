#include "net/io/engine.hpp"

#include "net/io/engine_connection.hpp"
#include "net/io/read_handshake.hpp"
#include "net/random_id.hpp"

#include <algorithm>

namespace arauto::io {

namespace {

constexpr std::size_t sid_characters = 20;
constexpr std::string_view foreign_origin = "Origin not allowed: CORS_ORIGIN does not list it";
constexpr std::string_view thread_names = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

} // namespace

engine::engine(const engine_services& services) : services_{services} {}

engine::~engine() = default;

engine* engine::owner_of(std::string_view sid) const noexcept {
  const auto index = sid.size() == sid_characters ? thread_names.find(sid.front()) : std::string_view::npos;
  return index < services_.all.size() ? services_.all[index] : nullptr;
}

std::shared_ptr<engine_connection> engine::find(std::string_view sid) const {
  const auto at = connections_.find(std::string{sid});
  return at == connections_.end() ? nullptr : at->second;
}

void engine::forget(const std::string& sid) {
  connections_.erase(std::string{sid});
}

std::shared_ptr<engine_connection> engine::make(engineio::transport first, std::size_t max_payload) {
  services_.counters.handshakes.add();
  auto sid = thread_names[services_.home.index()] + random_id(sid_characters - 1);
  const auto limit = services_.settings.limits.max_payload;
  auto made =
      std::make_shared<engine_connection>(*this, sid, first, max_payload == 0 ? limit : std::min(max_payload, limit));
  connections_.emplace(std::move(sid), made);
  return made;
}

void engine::refuse(const http::request& what, reply_slot where, engineio::request_error code, std::string_view text) {
  services_.counters.refused_handshakes.add();
  http::response x;
  x.status = engineio::error_status(code);
  http::add_engine_cors(services_.settings.cors, what, x);
  x.set("Content-Type", "application/json");
  x.body = engineio::error_body(code, text);
  services_.answers.respond(where, std::move(x));
}

// -- plain requests

void engine::handle(http::request what, reply_slot where) {
  if (what.method == "OPTIONS")
    return services_.answers.respond(where, http::engine_preflight(services_.settings.cors, what));
  auto asked = engineio::read_parameters(what.query());
  const auto is_legal = engineio::is_legal_header_value(what.field("origin"));
  if (const auto error = engineio::check_request(asked, what.method, false, is_legal))
    return refuse_unfit(what, asked, where, *error);
  if (!services_.settings.cors.admits(what))
    return refuse(what, where, engineio::request_error::forbidden, foreign_origin);
  if (asked.sid.empty())
    return open_polling(what, asked, where);
  auto* owner = owner_of(asked.sid);
  if (owner == nullptr)
    return refuse(what, where, engineio::request_error::session_id_unknown);
  if (what.method == "GET")
    services_.peers.watch(where, [owner, sid = asked.sid, where] {
      owner->services_.home.post([owner, sid, where] {
        if (const auto x = owner->find(sid))
          x->on_poll_lost(where);
      });
    });
  if (owner == this)
    return handle_owned(what, asked, where);
  owner->services_.home.post([owner, request = std::move(what), parameters = std::move(asked), where] {
    owner->handle_owned(request, parameters, where);
  });
}

/// The reference server judges the key before it looks at the version of a new connection.
void engine::refuse_unfit(const http::request& what, const parameters& asked, reply_slot where,
                          engineio::request_error error) {
  if (error == engineio::request_error::unsupported_protocol_version)
    if (const auto judged = services_.above.admit(read_handshake(what, asked.api_key, false)); !judged.accepted)
      return refuse(what, where, engineio::request_error::forbidden, judged.refusal);
  refuse(what, where, error);
}

void engine::handle_owned(const http::request& what, const parameters& asked, reply_slot where) {
  const auto connection = find(asked.sid);
  if (!connection)
    return refuse(what, where, engineio::request_error::session_id_unknown);
  if (connection->current() != engineio::named_transport(asked))
    return refuse(what, where, engineio::request_error::bad_request);
  if (what.method == "GET")
    connection->on_get(what, where);
  else if (what.method == "POST")
    connection->on_post(what, where);
  else
    refuse(what, where, engineio::request_error::bad_request);
}

void engine::open_polling(const http::request& what, const parameters& asked, reply_slot where) {
  auto shake = read_handshake(what, asked.api_key, false);
  auto judged = services_.above.admit(shake);
  if (!judged.accepted)
    return refuse(what, where, engineio::request_error::forbidden, judged.refusal);
  make(engineio::transport::polling, judged.max_payload)->open_polling(what, where, std::move(shake));
}

// -- upgrades

bool engine::wants(const http::request& what) {
  return owns(what.path());
}

void engine::upgrade(http::request what, std::shared_ptr<frame_stream> stream) {
  auto asked = engineio::read_parameters(what.query());
  const auto is_legal = engineio::is_legal_header_value(what.field("origin"));
  if (const auto error = engineio::check_request(asked, what.method, true, is_legal))
    return refuse_upgrade(stream, to_string(*error));
  if (!services_.settings.cors.admits(what)) {
    services_.counters.refused_handshakes.add();
    return refuse_upgrade(stream, foreign_origin);
  }
  if (asked.sid.empty())
    return open_websocket(what, asked, std::move(stream));
  auto* owner = owner_of(asked.sid);
  if (owner == nullptr)
    return refuse_upgrade(stream, to_string(engineio::request_error::session_id_unknown));
  if (owner == this)
    return upgrade_owned(what, asked, std::move(stream));
  move_upgrade(std::move(what), std::move(asked), *owner, std::move(stream));
}

/// The socket goes to the thread that owns the connection.
void engine::move_upgrade(http::request what, parameters asked, engine& owner, std::shared_ptr<frame_stream> stream) {
  // std::function wants copies; the parts have one owner.
  auto parts = std::make_shared<std::unique_ptr<frame_stream::parts>>(stream->release());
  owner.services_.home.post([to = &owner, request = std::move(what), parameters = std::move(asked), parts] {
    if (auto arrived = frame_stream::adopt(std::move(*parts), to->services_.home, to->services_.counters))
      to->upgrade_owned(request, parameters, std::move(arrived));
  });
}

void engine::open_websocket(const http::request& what, const parameters& asked, std::shared_ptr<frame_stream> stream) {
  auto shake = read_handshake(what, asked.api_key, true);
  auto judged = services_.above.admit(shake);
  if (!judged.accepted) {
    services_.counters.refused_handshakes.add();
    return refuse_upgrade(stream, judged.refusal);
  }
  make(engineio::transport::websocket, judged.max_payload)->open_websocket(what, std::move(stream), std::move(shake));
}

void engine::upgrade_owned(const http::request& what, const parameters& asked, std::shared_ptr<frame_stream> stream) {
  if (const auto connection = find(asked.sid))
    connection->probe(what, std::move(stream));
  else
    refuse_upgrade(stream, to_string(engineio::request_error::session_id_unknown));
}

void engine::close_all() {
  std::vector<std::shared_ptr<engine_connection>> all;
  all.reserve(connections_.size());
  for (const auto& [sid, connection] : connections_)
    all.push_back(connection);
  for (const auto& x : all)
    x->shut_down();
}

} // namespace arauto::io
