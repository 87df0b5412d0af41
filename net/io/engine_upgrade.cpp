// Requests that want to become a WebSocket (protocol text, sections 2 and 7).
#include "net/io/engine.hpp"
#include "net/io/engine_connection.hpp"

namespace arauto::io {

using engineio::request_error;

bool engine::wants(const http::request& what) {
  // Some proxies say `Connection: upgrade` whatever the request is.
  return owns(what.path()) && what.has_field("upgrade");
}

void engine::upgrade(http::request what, std::shared_ptr<frame_stream> stream) {
  auto asked = engineio::read_parameters(what.query());
  const auto is_legal = engineio::is_legal_header_value(what.field("origin"));
  if (const auto error = engineio::check_request(asked, what.method, true, is_legal))
    return refuse_upgrade(stream, to_string(*error));
  if (is_foreign(what)) {
    services_.counters.refused_handshakes.add();
    return refuse_upgrade(stream, foreign_origin);
  }
  if (asked.sid.empty())
    return open_websocket(what, asked, std::move(stream));
  auto* owner = owner_of(asked.sid);
  if (owner == nullptr)
    return refuse_upgrade(stream, to_string(request_error::session_id_unknown));
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
  auto opening = judge(what, asked, true);
  if (!opening.judged.accepted)
    return refuse_upgrade(stream, opening.judged.refusal.empty() ? to_string(request_error::forbidden)
                                                                 : std::string_view{opening.judged.refusal});
  if (opening.shake.version == 0)
    return refuse_upgrade(stream, to_string(request_error::unsupported_protocol_version));
  if (const auto fault = http::find_upgrade_fault(what))
    return refuse_upgrade(stream, *fault);
  // The reference server upgrades what names polling, finds no use for it and closes.
  if (named_transport(asked) == engineio::transport::polling)
    return websocket_transport::accept_and_close(std::move(stream), what, upgrade_fields(services_.settings, what, {}));
  make(opening)->open_websocket(what, std::move(stream), std::move(opening));
}

void engine::upgrade_owned(const http::request& what, const parameters& asked, std::shared_ptr<frame_stream> stream) {
  const auto connection = find(asked.sid);
  if (!connection)
    return refuse_upgrade(stream, to_string(request_error::session_id_unknown));
  if (const auto error = engineio::check_session_request(asked, true, connection->current(), connection->version()))
    return refuse_upgrade(stream, to_string(*error));
  if (const auto fault = http::find_upgrade_fault(what))
    return refuse_upgrade(stream, *fault);
  if (named_transport(asked) == engineio::transport::polling)
    return websocket_transport::accept_and_close(std::move(stream), what, upgrade_fields(services_.settings, what, {}));
  connection->probe(what, std::move(stream), asked.is_text_only);
}

} // namespace arauto::io
