#include "tests/isolation/socket_attempts.hpp"

#include "app/api/object_writer.hpp"

#include <algorithm>
#include <optional>

namespace arauto::isolation {

namespace {

/// CONNECTs of one connection beside the first.
constexpr std::size_t more_connects_max = 3;
/// What the operator reads who asks for a namespace that is none.
constexpr auto no_such_namespace = R"({"message":"Invalid namespace"})";

std::string json_text(std::string_view text) {
  std::string out;
  json::append_string(out, text);
  return out;
}

/// The `auth` of a CONNECT that asks for the events of an instance, which only the operator's may.
std::string auth_of(place where, std::string_view text, const std::optional<std::string>& instance,
                    const std::optional<std::string>& since) {
  app::object_writer out;
  if (since)
    out.text("since", *since);
  if (instance)
    out.raw("instances", "[" + json_text(*instance) + "]");
  if (where == place::bearer)
    out.text("apikey", text);
  else if (where == place::cookie)
    out.raw("apikey", "[" + json_text(text) + "]");
  else if (where == place::elsewhere)
    out.text("token", text).text("apiKey", text).text("Authorization", "Bearer " + std::string{text});
  return out.close();
}

std::string prefix(std::string_view nsp) {
  return nsp == "/" ? std::string{} : std::string{nsp} + ",";
}

} // namespace

socket_attempts::socket_attempts(world& in, oracle& judge, dice& chance, tally& out)
    : in_{in}, judge_{judge}, chance_{chance}, out_{out} {
  missing_ = learn_refusal("{}");
  unknown_ = learn_refusal(R"({"apikey":"nobody's"})");
  foreign_ = learn_refusal(R"({"apikey":")" + in.tenants.front().token + "\"}");
}

std::string socket_attempts::learn_refusal(const std::string& auth) {
  const auto nsp = "/" + mark_of(ghosts_from, 'n');
  const auto who = in_.visit("EIO=4&transport=websocket", {}, true);
  in_.say(*who, "0" + prefix(nsp) + auth);
  const auto got = in_.take_received();
  in_.leave(*who);
  const auto head = "44" + prefix(nsp);
  return got.size() == 1 && got[0].text.starts_with(head) ? got[0].text.substr(head.size()) : "no refusal";
}

std::unique_ptr<visitor> socket_attempts::open(const shown_key& x) {
  const auto is_websocket = chance_.one_in(2);
  std::string query = is_websocket ? "EIO=4&transport=websocket" : "EIO=4&transport=polling";
  const auto at_handshake = x.where == place::header || x.where == place::query;
  if (x.where == place::query)
    query += "&apikey=" + query_encoded(x.what.text);
  else if (x.where == place::elsewhere)
    query += "&token=" + query_encoded(x.what.text);
  auto who = in_.visit(query, x.where == place::header ? x.what.text : std::string{}, is_websocket);
  // Only polling can say no so that a browser reads it.
  const auto is_refused = at_handshake && !is_websocket && !x.what.text.empty() && !x.what.socket.is_known();
  if (is_refused != (who == nullptr))
    judge_.violated(is_refused ? "the handshake was let in" : "the handshake was refused");
  return who;
}

void socket_attempts::connect(visitor& who, const shown_key& handshake, const shown_key& x, namespace_form form,
                              const tenant& own, const tenant& other) {
  const auto nsp = namespace_for(form, own);
  const auto in_auth = x.where == place::bearer && !x.what.text.empty();
  const auto at_handshake = handshake.where == place::header || handshake.where == place::query;
  const auto nothing = key{};
  const auto& counted = in_auth ? x.what : at_handshake ? handshake.what : nothing;
  const auto lets_in = is_open(form, counted.socket, own);
  const auto since = chance_.one_in(2) ? std::optional{in_.recent_place()} : std::nullopt;
  const auto auth =
      auth_of(x.where, x.what.text, counted.socket.is_global() ? std::nullopt : std::optional{other.name}, since);
  judge_.begin("CONNECT " + nsp + " with " + std::string{x.kind} + " in " + std::string{to_string(x.where)} +
                   ", handshake with " + std::string{handshake.kind},
               nsp + auth);
  if (lets_in)
    who.joined[nsp] = form == namespace_form::root ? counted.socket : opens_one(own.index);
  in_.say(who, "0" + prefix(nsp) + auth);
  const auto got = in_.take_received();
  judge_.check_received(got, opens_nothing, &who);
  judge_.check_unchanged();
  const auto answer = got.empty() ? std::string{} : got.front().text;
  const auto head = "44" + prefix(nsp);
  const auto refusal = counted.text.empty()         ? missing_
                       : !counted.socket.is_known() ? unknown_
                       : counted.socket.is_global() ? no_such_namespace
                                                    : foreign_;
  const auto is_right = lets_in ? answer.starts_with("40" + prefix(nsp) + "{\"sid\"") : answer == head + refusal;
  const auto is_one = got.size() == 1 || (lets_in && since && got.size() <= 1 + world::recent_events);
  if (!is_one || !is_right)
    judge_.violated(std::string{lets_in ? "it does not get in: " : "it is not refused like others: "} + answer);
  if (lets_in && counted.rest.how == reach::extent::nobody)
    read_only_.push_back(nsp);
  ++(lets_in ? out_.allowed : out_.refused);
}

void socket_attempts::send_event(visitor& who, const tenant& to) {
  const auto nsp = "/" + to.name;
  const auto text = in_.fresh_text(to.index, 'd');
  const auto has_joined = who.joined.count(nsp) != 0;
  const auto is_read_only = std::find(read_only_.begin(), read_only_.end(), nsp) != read_only_.end();
  const auto passes = has_joined && !is_read_only;
  judge_.begin("an event of a client in " + nsp, text);
  in_.say(who, "2" + prefix(nsp) + R"(["hello",")" + text + "\"]");
  const auto got = in_.take_received();
  judge_.check_received(got, passes ? opens_one(to.index) : opens_nothing, &who);
  const auto* own = in_.audience_of(to).front();
  std::size_t times = 0;
  for (const auto& x : got)
    if (x.text.find(text) != std::string::npos) {
      times += x.by == own ? 1 : 0;
      if (x.by != own)
        judge_.violated("a client outside of the namespace got the event, or its sender did");
    }
  if (times != (passes ? 1U : 0U))
    judge_.violated("the other client of the namespace got the event " + std::to_string(times) + " times");
  if (who.is_closed == has_joined)
    judge_.violated(has_joined ? "the connection was closed" : "the connection goes on");
  judge_.check_unchanged();
  ++(passes ? out_.allowed : out_.refused);
}

void socket_attempts::attempt(const key_kind& kind, place where, namespace_form form, tenant& own, tenant& other,
                              bool is_plain) {
  read_only_.clear();
  const shown_key first{kind.name, where, kind.make(in_, own, other)};
  judge_.begin("handshake with " + std::string{kind.name} + " in " + std::string{to_string(where)}, {});
  const auto who = open(first);
  // Without a good key a connection may wait for a CONNECT that has one.
  const auto is_known = first.what.socket.is_known() && (where == place::header || where == place::query);
  ++(!who ? out_.refused : is_known ? out_.allowed : out_.elsewhere);
  if (!who)
    return judge_.check_received(in_.take_received(), opens_nothing);
  connect(*who, first, first, form, own, other);
  for (auto left = is_plain ? 0 : chance_.below(more_connects_max + 1); left > 0; --left) {
    const auto& next = key_kinds()[chance_.below(chance_.one_in(2) ? 3 : key_kinds().size())];
    auto& aim = chance_.one_in(2) ? own : other;
    const auto nsp = static_cast<namespace_form>(chance_.below(chance_.one_in(2) ? 2 : namespace_form_count));
    if (who->joined.count(namespace_for(nsp, aim)) == 0) // Joining twice ends a connection.
      connect(*who, first, {next.name, place::bearer, next.make(in_, aim, &aim == &own ? other : own)}, nsp, aim,
              &aim == &own ? other : own);
  }
  judge_.try_event(own, *who);
  judge_.try_event(other, *who);
  if (!is_plain)
    send_event(*who, chance_.one_in(2) ? own : other);
  in_.leave(*who);
}

} // namespace arauto::isolation
