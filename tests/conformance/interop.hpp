#pragma once

#include "tests/conformance/arguments.hpp"
#include "tests/conformance/member_namespace.hpp"

#include <map>

namespace arauto::conformance {

/// Who may join a namespace of profile B.
enum class middleware {
  none,
  /// The token must be `secret`.
  token,
  /// Nobody.
  refuse_all
};

/// A namespace of profiles A and B: echoes, rooms, broadcasts, acknowledgements both ways. Unknown events are ignored.
struct interop_state : member_namespace_state {
  static constexpr const char* name = "interop";

  void let_in(const join& x);
  void let_go(const leave& x) { release(x); }
  void hear(const client_event& x);

  middleware door = middleware::none;

private:
  void greet(const join& x);

  using handler = void (interop_state::*)(const client_event&, const arguments&);
  static const std::map<std::string, handler, std::less<>>& handlers();

  void echo(const client_event& x, const arguments& given);
  void echo_as_ack(const client_event& x, const arguments& given);
  void ask_back(const client_event& x, const arguments& given);
  void ask_room(const client_event& x, const arguments& given);
  void join_room(const client_event& x, const arguments& given);
  void leave_room(const client_event& x, const arguments& given);
  void to_room(const client_event& x, const arguments& given);
  void to_room_except(const client_event& x, const arguments& given);
  void to_others(const client_event& x, const arguments& given);
  void to_all(const client_event& x, const arguments& given);
  void to_all_volatile(const client_event& x, const arguments& given);
  void to_session(const client_event& x, const arguments& given);
  void disconnect_sender(const client_event& x, const arguments& given);
  void close_engine(const client_event& x, const arguments& given);
  void answer_volatile(const client_event& x, const arguments& given);
  void send_binary(const client_event& x, const arguments& given);
  void send_burst(const client_event& x, const arguments& given);
  void send_big(const client_event& x, const arguments& given);
  void tell_handshake(const client_event& x, const arguments& given);
  void tell_rooms(const client_event& x, const arguments& given);
  void tell_state(const client_event& x, const arguments& given);
  void set_data(const client_event& x, const arguments& given);
};

behaviour<interop_state> interop(placed_actor<room_namespace_actor, interop_state>* self, std::vector<hub_actor> hubs,
                                 instance_number number, std::string nsp, middleware door, bool has_recovery);

} // namespace arauto::conformance
