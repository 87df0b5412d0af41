#pragma once

#include "actors/client_events.hpp"
#include "actors/directory.hpp"
#include "actors/log_board.hpp"
#include "actors/ports.hpp"
#include "actors/protocol.hpp"
#include "net/ports.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace arauto {

/// A CONNECT that was refused: text and JSON of its CONNECT_ERROR.
struct gate_refusal {
  std::string message;
  /// JSON text; empty: none.
  std::string data;
  /// HTTP status, where the refusal is an HTTP answer.
  unsigned status = 403;
};

struct log_access;

/// What a session may read of the log.
struct reading {
  /// Outlives the sessions.
  const log_access* log = nullptr;
  /// Its namespace's instance, or those that it may see on "/".
  instance_ids instances;
  /// The namespace gets only what its settings select.
  bool is_selected_only = false;
};

/// Where a session begins.
struct beginning {
  /// Events end in their offset, and the client gets a `pid`.
  bool is_recoverable = false;
  const recovery_signer* signer = nullptr;
  /// Of namespace, key and filter.
  std::uint64_t stamp = 0;
  /// The client brought a `pid`.
  bool has_come_back = false;
  /// What the client brought to go on as the session it was: checked but for what the log still has.
  std::optional<recovery_claim> resumed;
  std::string pid;
  /// Place of the offset that a client kept from another session.
  event_sequence inherited = 0;
  /// The offset that came with the `pid`, or after which the client wants events.
  std::optional<offset> place;
};

/// A CONNECT that may go on: whom to ask, and as whom.
struct gate_pass {
  namespace_actor owner;
  /// What the owner is told; session, thread and sid are filled in later.
  join ticket;
  /// Which of the owner's events the session wants and may have.
  event_filter filter;
  /// The session ends then, in milliseconds since 1970.
  std::optional<std::int64_t> expires_at_ms;
  /// Nothing: no log keeps events.
  std::optional<reading> log;
  beginning start;
  /// What the client may send there; nullptr: it is not heard. Outlives the session.
  const client_event_rules* client_events = nullptr;
};

/// One CONNECT packet.
struct connect_request {
  std::string_view nsp;
  /// JSON text of an object, checked; empty when the client sent none.
  std::string_view auth;
  const std::shared_ptr<const handshake>& shake;
};

/// Decides who is let in, at handshakes and per namespace; the owner of the namespace has the last word. One per I/O
/// thread, that thread only; asks no other thread.
class gate {
public:
  virtual ~gate() = default;

  /// At the handshake of a connection ("allowRequest" of Engine.IO).
  virtual admission admit(const handshake& shake) = 0;
  /// How long such a client may take until a first namespace has let it in (Socket.IO's `connectTimeout`).
  virtual std::chrono::milliseconds connect_timeout(const handshake& shake) = 0;
  virtual std::variant<gate_pass, gate_refusal> judge(const connect_request& x) = 0;
  /// Namespaces of one connection.
  virtual std::size_t namespaces_max() const noexcept = 0;
};

} // namespace arauto
