#pragma once

#include "net/http/message.hpp"
#include "net/ports.hpp"

namespace arauto::io {

/// What a first request says of its client. `api_key`: of the query, else that of the header counts.
handshake read_handshake(const http::request& what, std::string_view api_key, bool is_websocket);

} // namespace arauto::io
