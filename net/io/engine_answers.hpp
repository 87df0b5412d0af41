#pragma once

#include "net/engineio/poll_form.hpp"
#include "net/io/engine_settings.hpp"

#include <span>

namespace arauto::io {

/// An answer without a body and with the CORS fields of the engine only.
/// 503 for whoever wants a connection of a server that is about to end: another one, or the next process, will have it.
http::response going_down(const engine_settings& settings, const http::request& asked);

http::response bare_answer(unsigned status, const engine_settings& settings, const http::request& asked);

/// An error of the protocol; `text` replaces the standard message.
http::response engine_error(engineio::request_error code, const engine_settings& settings, const http::request& asked,
                            std::string_view text = {});

/// The beginning of a successful polling answer: CORS, no caching, what old browsers need, and `more`.
http::response polling_answer(const engine_settings& settings, const http::request& asked,
                              std::span<const header_field> more);

/// Makes it the answer to a POST.
http::response confirmed(http::response answer);

/// Makes it the answer to a GET; gzip from 1 KiB to 1 MiB if `accepts_gzip`.
http::response filled(http::response answer, engineio::poll_body payload, bool accepts_gzip);

/// Header fields of a 101: CORS and `more`.
http::field_list upgrade_fields(const engine_settings& settings, const http::request& asked,
                                std::span<const header_field> more);

/// The fields of a request for whoever keeps them.
std::vector<header_field> copied_fields(const http::request& asked);

} // namespace arauto::io
