#pragma once

#include "net/ports.hpp"

#include <span>
#include <string_view>

namespace arauto {

class dispatch_lists;
class session;

/// What carries SESSIONs to their client: a CONNECTION, or another stream of events. Outlives its sessions' membership.
/// I/O thread only.
class session_carrier {
public:
  virtual ~session_carrier() = default;

  /// Where packets go; nullptr when the client is gone.
  virtual outbox* out() const noexcept = 0;
  /// How events are written for this client.
  virtual event_form form() const noexcept = 0;
  /// The name of a session's namespace.
  virtual std::string_view nsp_of(const session& who) const noexcept = 0;
  /// The sessions of its thread by what they get.
  virtual dispatch_lists& lists() const noexcept = 0;

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
