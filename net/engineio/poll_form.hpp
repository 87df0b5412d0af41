#pragma once

#include "net/engineio/jsonp.hpp"
#include "net/engineio/payload.hpp"
#include "net/engineio/payload_v3.hpp"

#include <cstdint>
#include <span>
#include <string>

namespace arauto::engineio {

/// How one client packs packets into the bodies of polling.
struct poll_form {
  std::uint8_t version = 4;
  /// The client cannot take binary (version 3, `b64`).
  bool is_text_only = false;
  /// Index of the JSONP callback, or nullptr: plain payloads. Not owned.
  const std::string* jsonp = nullptr;
};

struct poll_body {
  std::string bytes;
  /// To be sent as `application/octet-stream`.
  bool is_binary = false;
};

/// The body of an answer to a GET.
poll_body write_poll(const poll_form& form, std::span<const frame_ptr> packets);

/// Walks the packets of a POST body: `take(result<packet>)` until it returns false or the payload ends.
/// `is_binary`: it came as `application/octet-stream`.
template <class Take>
void read_poll(const poll_form& form, std::string_view body, bool is_binary, Take take) {
  const auto walk = [&take](auto reader) {
    for (auto next = reader.next(); next && take(*next); next = reader.next())
      ;
  };
  const auto unwrapped = form.jsonp == nullptr ? std::nullopt : jsonp_payload(body);
  if (form.jsonp != nullptr) {
    if (!unwrapped)
      return;
    body = *unwrapped;
  }
  if (form.version == 4)
    walk(payload_reader{body});
  else if (is_binary)
    walk(binary_payload_reader_v3{body});
  else
    walk(text_payload_reader_v3{body});
}

/// A frame as a client of version 3 gets it on a WebSocket: binary has its type in front, as a byte, or as a digit
/// before base64 when the client cannot take binary.
frame_ptr websocket_frame_v3(const frame_ptr& packet, bool is_text_only);

} // namespace arauto::engineio
