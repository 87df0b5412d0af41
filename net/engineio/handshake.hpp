#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace arauto::engineio {

enum class transport : std::uint8_t { polling, websocket };

/// Settings of the protocol, the same for every connection. Defaults are those of the reference server.
struct limits {
  std::chrono::milliseconds ping_interval{25000};
  std::chrono::milliseconds ping_timeout{20000};
  std::chrono::milliseconds upgrade_timeout{10000};
  /// Largest message of a client, in bytes (`maxPayload`).
  std::size_t max_payload = 1000000;
};

/// The error codes of the protocol, by their number on the wire.
enum class request_error : std::uint8_t {
  transport_unknown = 0,
  session_id_unknown = 1,
  bad_handshake_method = 2,
  bad_request = 3,
  forbidden = 4,
  unsupported_protocol_version = 5,
};

/// The message that goes with a code.
std::string_view to_string(request_error code) noexcept;

/// `{"code":N,"message":"..."}`; `text` replaces the standard message (code 4).
std::string error_body(request_error code, std::string_view text = {});

/// HTTP status of a refused plain request: 403 for code 4, else 400.
unsigned error_status(request_error code) noexcept;

/// The query parameters that the protocol knows, decoded; of a repeated one the last counts.
struct request_parameters {
  std::string protocol_version;
  std::string transport_name;
  std::string sid;
  std::string api_key;
  /// `j`, whose presence asks for JSONP.
  std::optional<std::string> jsonp;
  /// `b64`: the client cannot take binary (version 3).
  bool is_text_only = false;
};
request_parameters read_parameters(std::string_view query);

/// What a request wants, judged without knowing any connection (protocol text, "Order of checks"; steps 1, 2 and 4).
/// With a sid only transport and origin count; `check_session_request` judges the rest once the connection is known.
/// `origin_is_legal`: the Origin header has only characters legal in a header.
std::optional<request_error> check_request(const request_parameters& parameters, std::string_view method,
                                           bool is_upgrade, bool origin_is_legal);

/// Step 5, behind the application's own check: the version of a new connection, exactly `4`, or `3` if that is allowed;
/// 0 when it is neither.
std::uint8_t handshake_version(const request_parameters& parameters, bool allow_v3) noexcept;

/// Step 3: a request with the sid of a connection that is on `current` and speaks `version`. Anything but `4` counts as
/// 3 here, as in the reference server. An upgrade request may name another transport, a plain one for a WebSocket may
/// not come at all.
std::optional<request_error> check_session_request(const request_parameters& parameters, bool is_upgrade,
                                                   transport current, std::uint8_t version) noexcept;

/// Which transport a checked request names.
transport named_transport(const request_parameters& parameters) noexcept;

/// The JSON of the open packet, keys in the reference server's order.
std::string open_packet_data(std::string_view sid, bool offer_upgrade, const limits& x, std::size_t max_payload);

/// Whether a header value has only characters legal there (engine.io, "checkInvalidHeaderChar").
bool is_legal_header_value(std::string_view value) noexcept;

} // namespace arauto::engineio
