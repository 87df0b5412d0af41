#include "net/io/read_handshake.hpp"

namespace arauto::io {

handshake read_handshake(const http::request& what, std::string_view api_key, bool is_websocket) {
  handshake x;
  x.target = what.target;
  x.api_key = api_key.empty() ? what.field("apikey") : api_key;
  x.origin = what.field("origin");
  x.user_agent = what.field("user-agent");
  x.last_event_id = what.field("last-event-id");
  x.remote_address = what.remote_address;
  x.is_secure = what.is_secure;
  x.is_websocket = is_websocket;
  x.is_forwarded = what.has_field("x-forwarded-for") || what.has_field("forwarded") || what.has_field("x-real-ip");
  return x;
}

} // namespace arauto::io
