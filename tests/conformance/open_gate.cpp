#include "tests/conformance/open_gate.hpp"

#include "tests/conformance/echo.hpp"

namespace arauto::conformance {

admission open_gate::admit(const handshake& shake) {
  return rules_.forbid ? forbidden(shake) : admission{};
}

std::variant<gate_pass, gate_refusal> open_gate::judge(const connect_request& x) {
  auto owner = all_.find(x.nsp);
  if (!owner)
    return gate_refusal{"Invalid namespace", {}, 404};
  gate_pass pass;
  pass.owner = std::move(*owner);
  pass.ticket.auth = x.auth;
  pass.ticket.shake = x.shake;
  pass.client_events = &events_;
  return pass;
}

} // namespace arauto::conformance
