#pragma once

#include "net/io/frame_stream.hpp"

#include <memory>
#include <string>

namespace arauto::io {

/// How long a client may take to close after our last byte.
inline constexpr std::chrono::milliseconds close_timeout{3000};

/// Sends these bytes as the last ones and keeps the stream until the client has closed, or for `close_timeout`: closing
/// over unread bytes would reset the connection, and what we sent last with it. Nobody owns the stream any more. I/O
/// thread of the stream.
void send_and_end(std::shared_ptr<frame_stream> stream, std::string bytes);

} // namespace arauto::io
