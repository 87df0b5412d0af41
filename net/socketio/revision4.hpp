#pragma once

#include "net/frame.hpp"

#include <string>
#include <string_view>

/// Where revision 4 of the Socket.IO protocol (clients 1.x and 2.x, over Engine.IO 3) differs from revision 5 (protocol
/// text, section 9). Events, acknowledgements and DISCONNECT are the same.
namespace arauto::socketio::revision4 {

/// A namespace as such a client writes it: with a query of its own.
struct namespace_query {
  std::string_view nsp;
  /// Without the question mark; empty when there is none.
  std::string_view query;
};

/// `/custom?token=abc` → `/custom` and `token=abc`. "?..." alone belongs to the main namespace.
namespace_query split_namespace(std::string_view text) noexcept;

/// The query as the object that newer clients send with CONNECT: all values are strings, the last of a name counts.
/// Empty when there is no query.
std::string auth_of_query(std::string_view query);

/// `40`, or `40/custom,`: no sid, since the client makes it from the one of the connection.
frame_ptr encode_connect(std::string_view nsp);

/// `44` with the data if there is some, else with the message as a string. An unknown namespace stays an object.
frame_ptr encode_connect_error(std::string_view nsp, std::string_view message, std::string_view data);

/// The id of a session: that of the connection, with the namespace in front unless it is the main one.
std::string session_id(std::string_view nsp, std::string_view connection_sid);

} // namespace arauto::socketio::revision4
