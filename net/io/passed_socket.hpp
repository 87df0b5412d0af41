#pragma once

#include <string>

namespace arauto::io {

/// Why `descriptor` cannot be accepted from: it is not open, or no TCP socket that listens. A sentence that names what
/// it is; empty when all is well. Any thread.
std::string flaw_of_listening_socket(int descriptor);

/// Keeps programs that this process starts from inheriting the descriptor. Throws std::system_error.
void close_on_exec(int descriptor);

} // namespace arauto::io
