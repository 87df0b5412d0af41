#include "net/engineio/handshake.hpp"

#include "net/http/query.hpp"
#include "net/json.hpp"

#include <algorithm>

namespace arauto::engineio {

std::string_view to_string(request_error code) noexcept {
  switch (code) {
  case request_error::transport_unknown:
    return "Transport unknown";
  case request_error::session_id_unknown:
    return "Session ID unknown";
  case request_error::bad_handshake_method:
    return "Bad handshake method";
  case request_error::bad_request:
    return "Bad request";
  case request_error::forbidden:
    return "Forbidden";
  case request_error::unsupported_protocol_version:
    return "Unsupported protocol version";
  }
  return "Bad request";
}

std::string error_body(request_error code, std::string_view text) {
  std::string out = "{\"code\":" + std::to_string(static_cast<int>(code)) + ",\"message\":";
  json::append_string(out, text.empty() ? to_string(code) : text);
  return out + "}";
}

unsigned error_status(request_error code) noexcept {
  return code == request_error::forbidden ? 403 : 400;
}

request_parameters read_parameters(std::string_view query) {
  request_parameters x;
  for (auto& [name, value] : http::parse_query(query)) {
    if (name == "EIO")
      x.protocol_version = std::move(value);
    else if (name == "transport")
      x.transport_name = std::move(value);
    else if (name == "sid")
      x.sid = std::move(value);
    else if (name == "apikey")
      x.api_key = std::move(value);
    else if (name == "j")
      x.jsonp = std::move(value);
    else if (name == "b64")
      x.is_text_only = !value.empty();
  }
  return x;
}

std::optional<request_error> check_request(const request_parameters& parameters, std::string_view method,
                                           bool is_upgrade, bool origin_is_legal) {
  if (parameters.transport_name != "polling" && parameters.transport_name != "websocket")
    return request_error::transport_unknown;
  if (!origin_is_legal)
    return request_error::bad_request;
  if (!parameters.sid.empty())
    return std::nullopt;
  if (method != "GET")
    return request_error::bad_handshake_method;
  if (named_transport(parameters) == transport::websocket && !is_upgrade)
    return request_error::bad_request;
  return std::nullopt;
}

std::uint8_t handshake_version(const request_parameters& parameters, bool allow_v3) noexcept {
  if (parameters.protocol_version == "4")
    return 4;
  return allow_v3 && parameters.protocol_version == "3" ? 3 : 0;
}

std::optional<request_error> check_session_request(const request_parameters& parameters, bool is_upgrade,
                                                   transport current, std::uint8_t version) noexcept {
  if (!is_upgrade && (current == transport::websocket || named_transport(parameters) == transport::websocket))
    return request_error::bad_request;
  if ((parameters.protocol_version == "4" ? 4 : 3) != version)
    return request_error::bad_request;
  return std::nullopt;
}

transport named_transport(const request_parameters& parameters) noexcept {
  return parameters.transport_name == "websocket" ? transport::websocket : transport::polling;
}

std::string open_packet_data(std::string_view sid, bool offer_upgrade, const limits& x, std::size_t max_payload) {
  std::string out = "{\"sid\":";
  json::append_string(out, sid);
  out += offer_upgrade ? ",\"upgrades\":[\"websocket\"]" : ",\"upgrades\":[]";
  out += ",\"pingInterval\":" + std::to_string(x.ping_interval.count());
  out += ",\"pingTimeout\":" + std::to_string(x.ping_timeout.count());
  out += ",\"maxPayload\":" + std::to_string(max_payload) + "}";
  return out;
}

bool is_legal_header_value(std::string_view value) noexcept {
  return std::all_of(value.begin(), value.end(), [](char c) {
    const auto x = static_cast<unsigned char>(c);
    return x == '\t' || (x >= 0x20 && x != 0x7F);
  });
}

} // namespace arauto::engineio
