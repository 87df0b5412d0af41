#pragma once

#include "actors/room_namespace.hpp"
#include "tests/conformance/arguments.hpp"
#include "tests/conformance/members.hpp"

#include <map>

namespace arauto::conformance {

/// A namespace of profile C, for the suite of the Socket.IO client in JavaScript.
struct client_suite_state : room_namespace_state {
  static constexpr const char* name = "client_suite";

  void let_in(const join& x);
  void let_go(const leave& x);
  void hear(const client_event& x);

private:
  void hear_on_root(const client_event& x, const arguments& given);
  void hear_binary(const client_event& x, const arguments& given);
  void hear_sequence(const client_event& x, const arguments& given);
  void hear_dates(const client_event& x);
  void ask_back(const client_event& x);
  void tell(const client_event& x, std::string_view what, std::string_view arguments);
  void tell_bytes(const client_event& x, std::string_view what);

  std::map<session_actor, member> members_;
};

room_namespace_actor::behavior_type client_suite(placed_actor<room_namespace_actor, client_suite_state>* self,
                                                 std::vector<hub_actor> hubs, instance_number number, std::string nsp);

} // namespace arauto::conformance
