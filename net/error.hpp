#pragma once

#include <boost/system/error_code.hpp>
#include <boost/system/result.hpp>

namespace arauto {

/// What can be wrong with bytes from a peer. Every value names the layer's rule that was broken.
enum class errc {
  /// Engine.IO: empty packet or unknown type character.
  bad_engine_packet = 1,
  /// Engine.IO: base64 of a binary packet does not decode.
  bad_base64,
  /// Socket.IO: packet grammar violated.
  bad_socket_packet,
  /// Socket.IO: payload is not the JSON that its packet type demands.
  bad_payload,
  /// Socket.IO: attachment out of place, too many of them, or too many bytes.
  bad_attachment,
  /// JSON: syntax, encoding or depth.
  bad_json,
  /// A stated limit was passed.
  too_large,
};

/// Category "arauto"; messages are human sentences.
const boost::system::error_category& error_category() noexcept;

inline boost::system::error_code make_error_code(errc value) noexcept {
  return {static_cast<int>(value), error_category()};
}

/// A value or the reason why there is none.
template <class T>
using result = boost::system::result<T>;

} // namespace arauto

template <>
struct boost::system::is_error_code_enum<arauto::errc> : std::true_type {};
