#pragma once

#include "net/ports.hpp"

#include <span>
#include <string_view>

namespace arauto {

class session;

/// What carries SESSIONs to their client: a CONNECTION, or another stream of events. Outlives its sessions' membership.
/// I/O thread only.
class session_carrier {
public:
  virtual ~session_carrier() = default;

  /// Queues packets with nothing in between.
  virtual push_result offer(const frame_batch& what) = 0;
  /// The same for what cannot wait: a client with no room for it is closed. False when they were not taken.
  bool push(const frame_batch& what) {
    const auto result = offer(what);
    if (result == push_result::over_high_water)
      close(close_reason::transport_error);
    return result == push_result::accepted;
  }
  /// Bytes that wait for the client.
  virtual std::size_t backlog() const noexcept = 0;
  /// How events are written for this client.
  virtual event_form form() const noexcept = 0;
  /// Whether the transport takes something now; what is volatile is pushed only then.
  virtual bool is_writable() const noexcept = 0;

  /// The owner has let it in; its events follow.
  virtual void on_admitted(const session& who) = 0;
  /// The owner has refused it, or it cannot be what it wanted to be; the session is over.
  virtual void on_refused(const session& who, std::string_view message, std::string_view data) = 0;
  /// The owner has ended it; the session is over.
  virtual void on_closed_by_owner(const session& who) = 0;

  /// Ends every session of this client as their owners would, then the client's connection.
  virtual void disconnect_all() = 0;
  /// Ends the client's connection, so that it comes again.
  virtual void close(close_reason reason) = 0;
};

} // namespace arauto
