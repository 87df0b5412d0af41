#pragma once

#include "actors/room_namespace.hpp"
#include "tests/conformance/members.hpp"
#include "tests/conformance/recovery_store.hpp"

#include <map>
#include <optional>

namespace arauto::conformance {

/// A namespace that remembers its sessions and, with `--recovery`, gives those that were cut back to their clients, in
/// the order of the reference server: what was missed goes out before the CONNECT answer. The product has its own way,
/// which repeats nothing when the link breaks in between (docs/architecture.md).
class member_namespace_state : public room_namespace_state {
public:
  /// From the start on.
  void enable_recovery() { recovery_.emplace(); }

  /// Lets a session in as the one that its client comes back with, if that is still here. False: it was none, and
  /// nothing has happened.
  bool readmit(const join& x);
  /// Lets a session in as a new one.
  void admit(const join& x);
  /// It has left; its connection may have been cut.
  void release(const leave& x);
  /// As it is known, with its data; made when it is not.
  member& member_of(const session_actor& who) { return members_[who]; }

  /// As `room_namespace_state::emit`; kept, with an offset as last argument, for sessions that are cut.
  void emit(target to, const outgoing_event& what, bool is_volatile = false);

private:
  audience audience_of(const target& to) const;
  std::string sid_of(const session_actor& who) const;

  std::optional<recovery_store> recovery_;
  std::map<session_actor, member> members_;
};

} // namespace arauto::conformance
