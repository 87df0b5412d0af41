#pragma once

#include "actors/event.hpp"
#include "net/ports.hpp"

#include <string>
#include <string_view>

namespace arauto {

/// What a client asks for with a CONNECT: its key and its filter.
struct connect_wish {
  std::string api_key;
  event_filter filter;
  /// What Socket.IO's clients send of themselves to get back what they had (protocol text, section 8).
  std::string pid;
  std::string offset;
  /// The place in the log behind which events are wanted; empty: from now on.
  std::string since;
  /// Wants offsets behind events, as the setting `auto` asks.
  bool wants_recovery = false;
  /// Why the wish cannot be granted: text and JSON of the CONNECT_ERROR. Empty when it can.
  std::string error;
  std::string error_data;
};

/// The query of the first request, without the question mark; empty when there is none.
std::string_view query_of(const handshake& shake) noexcept;

/// Reads `auth` (checked JSON or empty): `apikey`, `events`, `instances`; what is absent there comes from the
/// handshake: its key, and `events=`, `instances=`, `since=` and `recovery=true` of its query (`Last-Event-ID` goes
/// before `since=`, since an EventSource comes again with the same query). Lists are JSON arrays or comma lists.
connect_wish read_connect(std::string_view auth, const handshake& shake);

/// Adds an event by either spelling of a known name, or a custom name, to a filter. False when it is no such name.
bool add_event(event_filter& to, const std::string& name);

/// Why a client may not send an event of that name to the others (acknowledgement arguments, JSON), or empty. Names of
/// the catalogue are refused, so that nobody can forge a provider's event.
std::string client_event_refusal(std::string_view name);

/// The same for a client that came with a browser token: never.
std::string read_only_refusal(std::string_view name);

} // namespace arauto
