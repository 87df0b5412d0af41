#pragma once

#include "net/http/message.hpp"

#include <string>
#include <string_view>

namespace arauto::http {

/// The weak tag that Express gives a body: its length in hex and 27 characters of the base64 of its SHA-1.
std::string etag_of(std::string_view body);

/// Whether the client has what it asks for, so that 304 is enough: its `If-None-Match` is `*` or lists the tag,
/// compared weakly. As npm `fresh` 0.5 judges an answer without `Last-Modified`: never with `Cache-Control: no-cache`,
/// nor with `If-Modified-Since`.
bool is_fresh(const request& asked, std::string_view etag);

} // namespace arauto::http
