#include "tests/conformance/interop.hpp"

#include <algorithm>

namespace arauto::conformance {

namespace {

/// How long an answer of a client is awaited when nobody says.
constexpr std::chrono::milliseconds patience{60000};
/// A test does not ask for more.
constexpr std::int64_t size_max = 10000000;

std::size_t bounded(std::int64_t wish) {
  return static_cast<std::size_t>(std::clamp<std::int64_t>(wish, 0, size_max));
}

/// The token of `auth`, else of the first request, where old clients may have it.
std::string token_of(const join& x) {
  if (const auto members = json::split_object(x.auth))
    if (const auto* token = json::find(*members, "token"))
      return json::as_string(token->value).value_or("");
  return query_parameter(*x.shake, "token");
}

} // namespace

void interop_state::let_in(const join& x) {
  if (readmit(x)) // skipMiddlewares, by default.
    return greet(x);
  if (door == middleware::refuse_all)
    return refuse(x, "nope");
  if (door == middleware::token && token_of(x) != "secret")
    return refuse(x, "not authorized", R"({"code":"E_AUTH","retry":false})");
  admit(x);
  greet(x);
}

void interop_state::greet(const join& x) {
  emit(only(x.who), {"auth", auth_json(member_of(x.who))});
}

const std::map<std::string, interop_state::handler, std::less<>>& interop_state::handlers() {
  using s = interop_state;
  static const std::map<std::string, handler, std::less<>> all{
      {"message", &s::echo},
      {"message-with-ack", &s::echo_as_ack},
      {"server-ask", &s::ask_back},
      {"ask-room", &s::ask_room},
      {"join", &s::join_room},
      {"leave", &s::leave_room},
      {"to-room", &s::to_room},
      {"to-room-except", &s::to_room_except},
      {"broadcast", &s::to_others},
      {"all", &s::to_all},
      {"volatile-all", &s::to_all_volatile},
      {"direct", &s::to_session},
      {"disconnect-me", &s::disconnect_sender},
      {"close-engine", &s::close_engine},
      {"volatile-ping", &s::answer_volatile},
      {"send-binary", &s::send_binary},
      {"burst", &s::send_burst},
      {"big", &s::send_big},
      {"get-handshake", &s::tell_handshake},
      {"get-rooms", &s::tell_rooms},
      {"get-state", &s::tell_state},
      {"set-data", &s::set_data},
  };
  return all;
}

void interop_state::hear(const client_event& x) {
  const auto at = handlers().find(x.name);
  if (at != handlers().end() && has(x.from))
    (this->*at->second)(x, arguments{*x.content});
}

void interop_state::echo(const client_event& x, const arguments&) {
  emit(only(x.from), {"message-back", x.content->arguments, x.content->attachments});
}

void interop_state::echo_as_ack(const client_event& x, const arguments&) {
  acknowledge(x, x.content->arguments, x.content->attachments);
}

void interop_state::ask_back(const client_event& x, const arguments&) {
  ask(only(x.from), {"question", x.content->arguments, x.content->attachments}, patience,
      [this, from = x.from](const acks_collected& got) {
        for (const auto& answer : got.answers)
          emit(only(from), {"answer", answer.content->arguments, answer.content->attachments});
      });
}

void interop_state::ask_room(const client_event& x, const arguments& given) {
  const std::chrono::milliseconds timeout{std::clamp<std::int64_t>(given.number(1), 1, patience.count())};
  ask(room(given.text(0)), {"room-question", "\"?\""}, timeout, [this, x](const acks_collected& got) {
    std::string answers;
    for (const auto& answer : got.answers)
      answers.append(answers.empty() ? "" : ",").append(arguments{*answer.content}.raw(0));
    acknowledge(x, std::string{got.has_timed_out ? "true" : "false"} + ",[" + answers + "]");
  });
}

void interop_state::join_room(const client_event& x, const arguments& given) {
  change_rooms_of(only(x.from), {given.text(0)}, {});
  acknowledge(x, "\"joined\"");
}

void interop_state::leave_room(const client_event& x, const arguments& given) {
  change_rooms_of(only(x.from), {}, {given.text(0)});
  acknowledge(x, "\"left\"");
}

void interop_state::to_room(const client_event& x, const arguments& given) {
  emit(room(given.text(0)), {"room-msg", given.from(1), x.content->attachments});
}

void interop_state::to_room_except(const client_event& x, const arguments& given) {
  auto to = room(given.text(0));
  to.except.push_back(given.text(1));
  emit(to, {"room-msg", given.from(2), x.content->attachments});
}

void interop_state::to_others(const client_event& x, const arguments&) {
  auto to = everybody();
  to.except_session = x.from;
  emit(to, {"broadcast-msg", x.content->arguments, x.content->attachments});
}

void interop_state::to_all(const client_event& x, const arguments&) {
  emit(everybody(), {"all-msg", x.content->arguments, x.content->attachments});
}

void interop_state::to_all_volatile(const client_event& x, const arguments&) {
  emit(everybody(), {"all-msg", x.content->arguments, x.content->attachments}, true);
}

void interop_state::to_session(const client_event& x, const arguments& given) {
  emit(room(given.text(0)), {"direct", given.from(1), x.content->attachments});
}

void interop_state::disconnect_sender(const client_event& x, const arguments& given) {
  disconnect(only(x.from), given.is_truthy(0) ? session_end::client : session_end::membership);
}

void interop_state::close_engine(const client_event& x, const arguments&) {
  disconnect(only(x.from), session_end::connection);
}

void interop_state::answer_volatile(const client_event& x, const arguments&) {
  emit(only(x.from), {"volatile-pong", x.content->arguments, x.content->attachments}, true);
}

void interop_state::send_binary(const client_event& x, const arguments& given) {
  std::string bytes(bounded(given.number(0)), '\0');
  for (std::size_t i = 0; i < bytes.size(); ++i)
    bytes[i] = static_cast<char>(i);
  emit(only(x.from), {"binary", placeholder(), {&bytes, 1}});
}

void interop_state::send_burst(const client_event& x, const arguments& given) {
  for (std::size_t i = 0; i < bounded(given.number(0)); ++i)
    emit(only(x.from), {"burst", std::to_string(i)});
}

void interop_state::send_big(const client_event& x, const arguments& given) {
  emit(only(x.from), {"big", quoted(std::string(bounded(given.number(0)), 'x'))});
}

void interop_state::tell_handshake(const client_event& x, const arguments&) {
  const auto& who = member_of(x.from);
  acknowledge(x, "{\"query\":" + query_json(who) + ",\"auth\":" + auth_json(who) + "}");
}

void interop_state::tell_rooms(const client_event& x, const arguments&) {
  find(only(x.from), [this, x](const std::vector<found_session>& found) {
    std::string rooms;
    for (const auto& session : found)
      for (const auto& joined : session.rooms)
        rooms.append(rooms.empty() ? "" : ",").append(quoted(joined));
    acknowledge(x, "[" + rooms + "]");
  });
}

void interop_state::tell_state(const client_event& x, const arguments&) {
  const auto& who = member_of(x.from);
  acknowledge(x, "{\"id\":" + quoted(who.sid) + ",\"recovered\":" + (who.is_recovered ? "true" : "false") +
                     ",\"data\":" + data_json(who) + "}");
}

void interop_state::set_data(const client_event& x, const arguments& given) {
  member_of(x.from).data[given.text(0)] = given.raw(1);
  acknowledge(x, "");
}

behaviour<interop_state> interop(placed_actor<room_namespace_actor, interop_state>* self, std::vector<hub_actor> hubs,
                                 instance_number number, std::string nsp, middleware door, bool has_recovery) {
  self->state.begin(self->unit(), self->handle(), std::move(hubs), number, std::move(nsp));
  self->state.door = door;
  if (has_recovery)
    self->state.enable_recovery();
  return room_namespace_handles<&interop_state::let_in, &interop_state::let_go, &interop_state::hear>;
}

} // namespace arauto::conformance
