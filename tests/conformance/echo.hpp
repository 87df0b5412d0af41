#pragma once

#include "net/ports.hpp"

namespace arauto::conformance {

/// How the Engine.IO half behaves beyond sending back what it gets.
struct echo_rules {
  /// The suite of the Engine.IO client: greets, knows a few requests by their text, sets cookies, refuses `deny`.
  bool for_client_suite = false;
  /// Every handshake is refused.
  bool forbid = false;
};

/// An application right on Engine.IO, without Socket.IO: every message goes back unchanged. The text `__close__`
/// closes.
class echo final : public application {
public:
  explicit echo(echo_rules rules) : rules_{rules} {}

  admission admit(const handshake& shake) override;
  application_side_ptr open(outbox& out, handshake shake) override;

private:
  echo_rules rules_;
};

/// The refusal of `--forbid`: its text depends on the query, as in the recordings.
admission forbidden(const handshake& shake);

} // namespace arauto::conformance
