#pragma once

#include "actors/messages/sessions.hpp"

#include <map>
#include <string>

namespace arauto::conformance {

/// What an application remembers of a session: id, auth, handshake, and its own data. Part of a namespace's actor.
struct member {
  std::string sid;
  /// What its client comes back with; empty without recovery.
  std::string pid;
  std::string auth;
  std::shared_ptr<const handshake> shake;
  std::int64_t joined_at_ms = 0;
  /// JSON texts by key.
  std::map<std::string, std::string> data;
  /// How far a sequence of events has come.
  int step = 0;
  /// Its client came back with it.
  bool is_recovered = false;
};

member make_member(const join& x);

/// `auth` as JSON, `{}` when the client sent none.
std::string auth_json(const member& x);
/// The query of the first request as a JSON object; all values are strings.
std::string query_json(const member& x);
/// The handshake object of Socket.IO (protocol text, section 7).
std::string handshake_json(const member& x);
/// Object with the data of the session.
std::string data_json(const member& x);

/// The parameter of the first request's query; empty when absent.
std::string query_parameter(const handshake& shake, std::string_view name);

/// Milliseconds since 1970 as JavaScript's toISOString writes them.
std::string iso_date();

} // namespace arauto::conformance
