#pragma once

#include "net/http/message.hpp"

#include <string>

namespace arauto::io {

/// Appends an answer as HTTP/1.1 bytes, with Date, Connection and, unless it is a 304, Content-Length. To HEAD the
/// body is left out, and the length of an empty one.
void append_answer(std::string& out, const http::response& answer, bool is_head, bool close);

/// The answer to bytes that are no acceptable request; says what was wrong and closes.
http::response malformed_answer(unsigned status);

} // namespace arauto::io
