#include "tests/conformance/client_suite.hpp"

#include <array>

namespace arauto::conformance {

namespace {

constexpr std::chrono::milliseconds patience{60000};
constexpr std::array<std::string_view, 5> texts{"てすと", "Я Б Г Д Ж Й", "Ä ä Ü ü ß", "utf8 — string", "utf8 — string"};

/// `{hello:"lol", message:<bytes>, goodbye:"gotcha"}`
bool is_parcel(std::string_view object) {
  const auto members = json::split_object(object);
  if (!members)
    return false;
  const auto says = [&](std::string_view name, std::string_view text) {
    const auto* found = json::find(*members, name);
    return found != nullptr && json::as_string(found->value) == text;
  };
  const auto* message = json::find(*members, "message");
  return says("hello", "lol") && says("goodbye", "gotcha") && message != nullptr && is_binary(message->value);
}

} // namespace

void client_suite_state::let_in(const join& x) {
  if (readmit(x))
    return greet(x);
  if (nsp() == "/no")
    return refuse(x, "Auth failed (custom namespace)");
  if (nsp() == "/" && !query_parameter(*x.shake, "fail").empty())
    return refuse(x, "Auth failed (main namespace)");
  admit(x);
  greet(x);
}

void client_suite_state::greet(const join& x) {
  if (nsp() == "/abc")
    emit(only(x.who), {"handshake", handshake_json(member_of(x.who))});
}

void client_suite_state::hear(const client_event& x) {
  if (!has(x.from))
    return;
  const arguments given{*x.content};
  if (x.name == "getId" && (nsp() == "/foo" || nsp() == "/"))
    acknowledge(x, quoted(member_of(x.from).sid));
  else if (nsp() == "/")
    hear_on_root(x, given);
}

void client_suite_state::hear_on_root(const client_event& x, const arguments& given) {
  if (x.name == "hi")
    tell(x, "hi", "");
  else if (x.name == "echo")
    acknowledge(x, given.raw(0), x.content->attachments);
  else if (x.name == "false")
    tell(x, "false", "false");
  else if (x.name == "ack")
    ask_back(x);
  else if (x.name == "getUtf8")
    for (const auto text : texts)
      tell(x, "takeUtf8", quoted(text));
  else if (x.name == "getHandshake")
    acknowledge(x, handshake_json(member_of(x.from)));
  else
    hear_dates(x);
  hear_binary(x, given);
  hear_sequence(x, given);
}

void client_suite_state::hear_dates(const client_event& x) {
  const auto now = quoted(iso_date());
  if (x.name == "getAckDate")
    acknowledge(x, now);
  else if (x.name == "getDate")
    tell(x, "takeDate", now);
  else if (x.name == "getDateObj")
    tell(x, "takeDateObj", "{\"date\":" + now + "}");
}

void client_suite_state::hear_binary(const client_event& x, const arguments& given) {
  if (x.name == "doge")
    tell_bytes(x, "doge");
  else if (x.name == "getbin")
    tell_bytes(x, "takebin");
  else if (x.name == "buffa" && given.is_binary(0))
    tell(x, "buffack", "");
  else if (x.name == "blob" && given.is_binary(0))
    tell(x, "back", "");
  else if ((x.name == "jsonbuff" || x.name == "jsonblob") && is_parcel(given.raw(0)))
    tell(x, x.name + "-ack", "");
}

/// Events that count in their order only.
void client_suite_state::hear_sequence(const client_event& x, const arguments& given) {
  auto& step = member_of(x.from).step;
  if (x.name == "abuff1" || x.name == "blob1") {
    step = given.is_binary(0) ? 1 : 0;
  } else if (x.name == "abuff2" && step == 1 && !given.is_binary(0)) {
    step = 0;
    tell(x, "abuff2-ack", "");
  } else if (x.name == "blob2") {
    step = step == 1 && given.text(0) == "second" ? 2 : 0;
  } else if (x.name == "blob3" && step == 2 && given.is_binary(0)) {
    step = 0;
    tell(x, "blob3-ack", "");
  }
}

void client_suite_state::ask_back(const client_event& x) {
  ask(only(x.from), {"ack", ""}, patience, [this, x](const acks_collected& got) {
    if (got.answers.empty())
      return;
    const arguments answer{*got.answers.front().content};
    const auto members = json::split_object(answer.raw(1));
    const auto* test = members ? json::find(*members, "test") : nullptr;
    if (answer.number(0) == 5 && test != nullptr && is_truthy(test->value))
      tell(x, "got it", "");
  });
}

void client_suite_state::tell(const client_event& x, std::string_view what, std::string_view arguments) {
  emit(only(x.from), {what, arguments});
}

void client_suite_state::tell_bytes(const client_event& x, std::string_view what) {
  const std::string bytes{"asdfasdf"};
  emit(only(x.from), {what, placeholder(), {&bytes, 1}});
}

behaviour<client_suite_state> client_suite(placed_actor<room_namespace_actor, client_suite_state>* self,
                                           std::vector<hub_actor> hubs, instance_number number, std::string nsp,
                                           bool has_recovery) {
  self->state.begin(self->unit(), self->handle(), std::move(hubs), number, std::move(nsp));
  if (has_recovery)
    self->state.enable_recovery();
  return room_namespace_handles<&client_suite_state::let_in, &client_suite_state::let_go, &client_suite_state::hear>;
}

} // namespace arauto::conformance
