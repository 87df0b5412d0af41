#pragma once

#include "actors/gate.hpp"
#include "tests/conformance/namespaces.hpp"

namespace arauto::conformance {

/// Lets everybody into every namespace that exists; the namespaces' actors have the last word. One per I/O thread.
class open_gate final : public gate {
public:
  open_gate(const options& rules, namespaces& all) : rules_{rules}, all_{all} {}

  admission admit(const handshake& shake) override;
  std::chrono::milliseconds connect_timeout(const handshake&) override { return rules_.connect_timeout; }
  std::variant<gate_pass, gate_refusal> judge(const connect_request& x) override;
  std::size_t namespaces_max() const noexcept override { return 1000; }

private:
  const options& rules_;
  namespaces& all_;
  client_event_rules events_{nullptr, 100000000, 0};
};

} // namespace arauto::conformance
