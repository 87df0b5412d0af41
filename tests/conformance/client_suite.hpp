#pragma once

#include "tests/conformance/arguments.hpp"
#include "tests/conformance/member_namespace.hpp"

namespace arauto::conformance {

/// A namespace of profile C, for the suite of the Socket.IO client in JavaScript.
struct client_suite_state : member_namespace_state {
  static constexpr const char* name = "client_suite";

  void let_in(const join& x);
  void let_go(const leave& x) { release(x); }
  void hear(const client_event& x);

private:
  void greet(const join& x);
  void hear_on_root(const client_event& x, const arguments& given);
  void hear_binary(const client_event& x, const arguments& given);
  void hear_sequence(const client_event& x, const arguments& given);
  void hear_dates(const client_event& x);
  void ask_back(const client_event& x);
  void tell(const client_event& x, std::string_view what, std::string_view arguments);
  void tell_bytes(const client_event& x, std::string_view what);
};

behaviour<client_suite_state> client_suite(placed_actor<room_namespace_actor, client_suite_state>* self,
                                           std::vector<hub_actor> hubs, instance_number number, std::string nsp,
                                           bool has_recovery);

} // namespace arauto::conformance
