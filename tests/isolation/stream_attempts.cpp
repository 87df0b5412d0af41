#include "tests/isolation/stream_attempts.hpp"

#include "net/io/read_handshake.hpp"

namespace arauto::isolation {

namespace {

std::string text_of(const admission& refusal) {
  return std::to_string(refusal.refusal_status) + " " + refusal.refusal + " " + refusal.refusal_data;
}

/// What the server says to somebody who asks with that key for a name that does not exist.
std::string learn_refusal(world& in, const std::string& key) {
  handshake shake;
  shake.api_key = key;
  auto got = in.listen("/" + mark_of(ghosts_from, 'n'), std::move(shake), event_form::message, opens_nothing);
  if (const auto* refusal = std::get_if<admission>(&got))
    return text_of(*refusal);
  in.leave(*std::get<std::unique_ptr<visitor>>(got));
  return "no refusal";
}

} // namespace

stream_attempts::stream_attempts(world& in, oracle& judge, dice& chance, tally& out)
    : in_{in},
      judge_{judge},
      chance_{chance},
      out_{out},
      missing_{learn_refusal(in, "")},
      unknown_{learn_refusal(in, "nobody's")},
      foreign_{learn_refusal(in, in.tenants.front().token)},
      none_{learn_refusal(in, test::global_key)} {}

handshake stream_attempts::shake_for(const key& shown, place where, const tenant& filtered) const {
  http::request x;
  x.method = "GET";
  x.target = "/events?a=1";
  if (!shown.socket.is_global()) // Asking for another's events must not help.
    x.target += "&instances=" + query_encoded(filtered.name);
  if (where == place::header)
    x.fields = {{"apikey", shown.text}};
  else if (where == place::bearer)
    x.fields = {{"authorization", "Bearer " + shown.text}};
  else if (where == place::cookie)
    x.fields = {{"cookie", "apikey=" + shown.text}};
  else if (where == place::elsewhere)
    x.target += "&token=" + query_encoded(shown.text);
  return io::read_handshake(x, where == place::query ? shown.text : std::string{}, chance_.one_in(2));
}

void stream_attempts::attempt(const key_kind& kind, place where, namespace_form form, const tenant& own,
                              const tenant& other) {
  const auto shown = kind.make(in_, own, other);
  const auto nsp = namespace_for(form, own);
  const auto counted = where == place::header || where == place::query ? shown : key{};
  const auto lets_in = is_open(form, counted.socket, own);
  const auto is_sse = chance_.one_in(2);
  judge_.begin("event stream of " + nsp + " with " + std::string{kind.name} + " in " + std::string{to_string(where)},
               nsp + shown.text + other.name);
  const auto whose = !lets_in ? opens_nothing : form == namespace_form::root ? counted.socket : opens_one(own.index);
  auto got = in_.listen(nsp, shake_for(shown, where, other), is_sse ? event_form::sse : event_form::message, whose);
  judge_.check_received(in_.take_received(), opens_nothing);
  judge_.check_unchanged();
  ++(lets_in ? out_.allowed : out_.refused);
  if (const auto* refusal = std::get_if<admission>(&got)) {
    const auto& expected = counted.text.empty()         ? missing_
                           : !counted.socket.is_known() ? unknown_
                           : counted.socket.is_global() ? none_
                                                        : foreign_;
    const auto answer = text_of(*refusal);
    judge_.check_answer(answer, counted.socket);
    if (lets_in || answer != expected)
      judge_.violated((lets_in ? "it does not get in: " : "it is not refused like others: ") + answer);
    return;
  }
  auto& who = *std::get<std::unique_ptr<visitor>>(got);
  if (!lets_in || who.is_closed)
    judge_.violated(lets_in ? "it was dismissed" : "it gets in");
  judge_.try_event(own, who);
  judge_.try_event(other, who);
  judge_.begin("a client's words on an event stream", own.name);
  in_.say(who, "2/" + own.name + R"(,["hello","world"])");
  judge_.check_received(in_.take_received(), opens_nothing);
  in_.leave(who);
}

} // namespace arauto::isolation
