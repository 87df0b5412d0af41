#include "tests/isolation/rest_attempts.hpp"

#include "app/api/object_writer.hpp"
#include "net/http/query.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <set>

namespace arauto::isolation {

namespace {

constexpr std::array<const char*, 7> methods{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"};
/// Names from here on belong to nobody.
constexpr auto ghost_id = "00000000-0000-4000-8000-000000000000";
constexpr auto some_origin = "https://front.example";

bool is_ghostly(trick x) noexcept {
  return x >= trick::padded_name && x <= trick::other_case_name;
}

bool leads_nowhere(trick x) noexcept {
  return x >= trick::doubled_slash && x <= trick::other_case_path;
}

bool is_webhook(access x) noexcept {
  return x == access::number_in_body || x == access::instance_in_body;
}

/// Routes that read their body themselves, after the key.
bool reads_late(const route_rule& x) noexcept {
  return x.who == access::instance_in_body || x.pattern.starts_with("/event/emit/");
}

std::string path_encoded(std::string_view text, bool all) {
  std::string out;
  for (const char c : text)
    if (!all && (std::isalnum(static_cast<unsigned char>(c)) != 0 ||
                 std::string_view{"-._~"}.find(c) != std::string_view::npos))
      out += c;
    else
      out += query_encoded({&c, 1});
  return out;
}

std::string upper(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return text;
}

std::string pair_of(std::string_view name, std::string_view value) {
  return std::string{name} + "=" + query_encoded(value);
}

} // namespace

rest_attempts::rest_attempts(world& in, oracle& judge, dice& chance, tally& out)
    : in_{in}, judge_{judge}, chance_{chance}, out_{out} {
  std::set<std::string> patterns;
  for (const auto& x : in.routes()) {
    patterns.insert(x.pattern);
    if (find_rule(x.method, x.pattern) == nullptr)
      complaints_.push_back(x.method + " " + x.pattern + " has no rule in tests/isolation/routes.cpp");
  }
  for (const auto& x : route_rules())
    if (patterns.count(std::string{x.pattern}) == 0)
      complaints_.push_back(std::string{x.method}.append(" ").append(x.pattern) + " is no route of the API");
  for (const auto& pattern : patterns)
    for (const auto* method : methods)
      targets_.push_back({method, pattern, find_rule(std::string_view{method} == "HEAD" ? "GET" : method, pattern)});
  for (const auto has_origin : {false, true})
    for (const auto is_producers : {false, true}) {
      http::request x;
      x.method = is_producers ? "POST" : "GET";
      x.target = (is_producers ? "/event/emit/" : "/instance/connectionState/") + mark_of(ghosts_from, 'n');
      if (has_origin)
        x.fields.emplace_back("origin", some_origin);
      refusals_[has_origin][is_producers] = in.ask(std::move(x));
      if (refusals_[has_origin][is_producers].status != 401)
        complaints_.emplace_back("a request without key is not answered with 401");
    }
}

// -- what is tried

bool rest_attempts::fits(const plan& x, trick also) const {
  const auto* rule = x.at.rule;
  const auto has_name = x.at.pattern.find("/:instance") != std::string::npos;
  const auto may_be_refused_only = !x.opens.is_known();
  if (leads_nowhere(also))
    return x.at.pattern != "/";
  if (is_ghostly(also) || also == trick::encoded_name)
    return has_name;
  switch (also) {
  case trick::name_in_query:
  case trick::guard_bypass:
    return rule == nullptr || (rule->who != access::own_instances && rule->pattern != "/instance/create");
  case trick::form_body:
  case trick::array_body:
    return may_be_refused_only && x.at.method != "OPTIONS";
  case trick::decoy_key: // An empty header does not hide the query.
    return x.where == place::header && !x.what.text.empty();
  default:
    return true;
  }
}

trick rest_attempts::choose(const plan& x) {
  if (chance_.one_in(3))
    return trick::none;
  const auto also = static_cast<trick>(chance_.below(trick_count));
  return fits(x, also) ? also : trick::none;
}

reach rest_attempts::judge(const plan& x) const {
  if (x.at.rule == nullptr)
    return opens_nothing;
  if (x.where == place::header && x.at.rule->is_for_readers)
    return x.what.socket;
  if (x.where == place::header || (x.where == place::query && is_webhook(x.at.rule->who)))
    return x.what.rest;
  if (x.where == place::bearer && x.what.signs_webhooks && x.at.rule->who == access::instance_in_body)
    return opens_all;
  return opens_nothing;
}

void rest_attempts::aim(const plan& x, route_attempt& a) {
  a.is_ghost = chance_.one_in(8);
  const auto number = x.own.index + ghosts_from;
  a.name = a.is_ghost ? mark_of(number, 'n') + x.own.name.substr(mark_of(0, 'n').size()) : x.own.name;
  a.number = a.is_ghost ? "55" + mark_of(number, 'p') : x.own.number;
  a.id = a.is_ghost ? ghost_id : x.own.id;
  a.text = in_.fresh_text(x.own.index, 'd');
  if (!is_ghostly(x.also))
    return;
  a.is_ghost = true;
  if (x.also == trick::other_case_name)
    a.name = upper(a.name);
  else if (x.also == trick::padded_name)
    a.name = " " + a.name;
  else if (x.also == trick::nul_after_name)
    a.name += '\0';
  else // As if a proxy before us decoded it.
    a.name = x.other.name + "/../" + a.name;
}

std::string rest_attempts::path_of(const plan& x, const route_attempt& a) {
  auto path = x.at.pattern;
  if (const auto at = path.find("/:instance"); at != std::string::npos)
    path = path.substr(0, at + 1) + path_encoded(a.name, x.also == trick::encoded_name);
  if (x.at.rule != nullptr && x.at.rule->is_for_readers)
    in_.kept_event_of(x.own); // There has to be one.
  if (const auto at = path.find(":offset"); at != std::string::npos)
    path = path.substr(0, at) + (a.is_ghost ? "0123456789abcdef-1" : in_.kept_event_of(x.own));
  if (const auto at = path.find(":event"); at != std::string::npos)
    path = path.substr(0, at) + (chance_.one_in(2) ? "messages-upsert" : path_encoded(x.other.name, false));
  const auto second = path.find('/', 1) == std::string::npos ? 0 : path.find('/', 1);
  switch (x.also) {
  case trick::trailing_slash:
    return path == "/" ? path : path + "/";
  case trick::doubled_slash:
    return path.insert(chance_.one_in(2) ? 0 : second, "/");
  case trick::dot_segments:
    return path.insert(second, chance_.one_in(2) ? "/x/../y/.." : "/./.");
  case trick::other_case_path:
    return upper(path.substr(0, 3)) + path.substr(3);
  default:
    return path;
  }
}

void rest_attempts::put_key(const plan& x, http::request& to, std::vector<std::string>& query) {
  if (x.kind.name == "nothing" && chance_.one_in(2))
    return;
  const auto& text = x.what.text;
  const auto decoys = x.also == trick::decoy_key;
  switch (x.where) {
  case place::header:
    if (decoys) { // Of several the last counts, and the header before the query.
      to.fields.emplace_back("apikey", x.other.token);
      query.push_back(pair_of("apikey", test::global_key));
    }
    to.fields.emplace_back(chance_.one_in(4) ? "ApiKey" : "apikey", text);
    return;
  case place::query:
    query.push_back(pair_of("apikey", text));
    return;
  case place::bearer:
    to.fields.emplace_back("authorization", "Bearer " + text);
    return;
  case place::cookie:
    to.fields.emplace_back("cookie", "apikey=" + text + "; token=" + text);
    return;
  case place::elsewhere:
    for (const auto* name : {"x-api-key", "api_key", "token", "jwt_key", "authorization", "x-apikey"})
      to.fields.emplace_back(name, text);
    return;
  }
}

void rest_attempts::put_trick(const plan& x, route_attempt& a, std::vector<std::string>& query) {
  auto& to = a.request;
  const auto who = x.at.rule != nullptr ? x.at.rule->who : access::everyone;
  const auto says = [&](std::string_view member) { // Where the member is the aim itself.
    return (who == access::instance_in_body && member == "instance") ||
           (who == access::global_key && member == "instanceName");
  };
  switch (x.also) {
  case trick::name_in_query:
    for (const auto* name : {"instanceName", "instance", "name"})
      query.push_back(pair_of(name, x.other.name));
    query.push_back(pair_of("instanceId", x.other.id));
    return;
  case trick::guard_bypass:
    query.emplace_back(chance_.one_in(2) ? "x=/instance/fetchInstances" : "x=/instance/create");
    return;
  case trick::name_in_body: {
    app::object_writer more;
    for (const auto* name : {"instanceName", "instance", "name"})
      if (!says(name))
        more.text(name, x.other.name);
    auto text = more.text("instanceId", x.other.id).text("id", x.other.id).close();
    if (to.body.starts_with('{'))
      text.back() = ',';
    to.body = to.body.starts_with('{') ? text + to.body.substr(1) : text;
    return;
  }
  case trick::override_fields:
    for (const auto* name : {"x-http-method-override", "x-method-override"})
      to.fields.emplace_back(name, "DELETE");
    for (const auto* name : {"x-original-url", "x-rewrite-url", "x-forwarded-prefix", "host"})
      to.fields.emplace_back(name, "/instance/delete/" + x.other.name);
    to.fields.emplace_back("x-forwarded-for", "127.0.0.1");
    return;
  case trick::form_body:
    to.fields.erase_if([](std::string_view name, std::string_view) { return name == "content-type"; });
    to.fields.emplace_back("content-type", "application/x-www-form-urlencoded");
    to.body = pair_of("instanceName", a.name) + "&" + pair_of("instance", a.name) + "&" +
              pair_of("numberId", a.number) + "&integration=EVOLUTION&event=call";
    return;
  case trick::array_body:
    to.body = "[" + (to.body.empty() ? "{}" : to.body) + "]";
    return;
  case trick::broken_body:
    to.body = to.body.empty() ? "{" : to.body.substr(0, to.body.size() - 1);
    return;
  default:
    return;
  }
}

void rest_attempts::write(const plan& x, route_attempt& a) {
  auto& to = a.request;
  to.method = x.at.method;
  to.target = path_of(x, a);
  to.fields.emplace_back("content-type", "application/json");
  if (chance_.one_in(4))
    to.fields.emplace_back("origin", some_origin);
  if (x.at.rule != nullptr)
    to.body = x.at.rule->body(a);
  std::vector<std::string> query;
  if (x.by == plan::filter::name)
    query.push_back(pair_of("instanceName", a.name));
  else if (x.by == plan::filter::id)
    query.push_back(pair_of("instanceId", a.id));
  else if (x.by == plan::filter::number)
    query.push_back(pair_of("number", a.number));
  put_trick(x, a, query);
  put_key(x, to, query);
  for (std::size_t i = 0; i < query.size(); ++i)
    to.target += (i == 0 ? '?' : '&') + query[i];
}

// -- what has to come of it

rest_attempts::outcome rest_attempts::expect(const plan& x, const route_attempt& a) const {
  constexpr outcome refused{401, false, true};
  constexpr outcome through{0, true, false};
  const auto is_broken = x.also == trick::broken_body;
  if (x.at.method == "OPTIONS")
    return {204};
  if (x.at.rule == nullptr || leads_nowhere(x.also))
    return {is_broken ? 400U : 404U};
  const auto& rule = *x.at.rule;
  if (is_broken && !reads_late(rule))
    return {400};
  const auto opens_it = a.is_ghost ? x.opens.is_global() : x.opens.opens(x.own.index);
  switch (rule.who) {
  case access::everyone:
    return through;
  case access::global_key:
    if (!x.opens.is_global())
      return refused;
    return rule.pattern == "/instance/create" && !a.is_ghost ? outcome{403} : through;
  case access::instance_in_path:
    if (!opens_it)
      return refused;
    return a.is_ghost ? outcome{404} : is_broken ? outcome{400} : through;
  case access::own_instances:
    if (x.opens.is_global())
      return a.is_ghost && x.by != plan::filter::none ? outcome{404} : through;
    if (!x.opens.is_known() || (!opens_it && (x.by == plan::filter::name || x.by == plan::filter::id)))
      return refused;
    return through;
  case access::number_in_body:
    // Other kinds have no channel: for this route nobody has their number.
    if (!a.is_ghost && x.own.integration != "EVOLUTION")
      return x.opens.is_global() ? through : refused;
    return opens_it ? through : refused;
  case access::instance_in_body:
    if (x.opens.is_known() && is_broken)
      return {400};
    if (!opens_it)
      return refused;
    return a.is_ghost && !in_.config.relay_auto_create ? outcome{503} : through;
  case access::event_in_path:
    if (!x.opens.is_known())
      return refused;
    return opens_it && !a.is_ghost ? through : outcome{404};
  }
  return refused;
}

void rest_attempts::compare(const plan& x, route_attempt& a, const outcome& expected) {
  const auto& answer = a.answer;
  const auto& through = x.at.rule != nullptr ? x.at.rule->through : std::vector<unsigned>{};
  const auto is_right = expected.gets_through
                            ? std::find(through.begin(), through.end(), answer.status) != through.end()
                            : answer.status == expected.status;
  if (!is_right)
    judge_.violated((expected.gets_through ? "it does not get through: "
                                           : "expected is " + std::to_string(expected.status) + ", answered ") +
                    std::to_string(answer.status) + " " + answer.body.substr(0, 200));
  const auto is_producers = x.at.pattern.starts_with("/event/emit") || x.at.pattern.starts_with("/webhook/relay");
  const auto& refusal = refusals_[a.request.has_field("origin")][is_producers];
  if (expected.is_refusal && (answer.body != refusal.body || answer.fields != refusal.fields))
    judge_.violated("this refusal differs from others: " + answer.body.substr(0, 200));
  judge_.check_answer(answer.body, x.opens);
  for (const auto& [name, value] : answer.fields)
    judge_.check_answer(value, x.opens);
  const auto acts = expected.gets_through && is_right;
  judge_.check_received(a.events, acts ? x.opens : opens_nothing);
  // Somebody else may get his own list where the query aims at this tenant: then it shows nothing of the aim.
  if (acts && (x.opens.opens(x.own.index) || x.at.rule->who == access::everyone))
    x.at.rule->check(a);
  judge_.check_received(in_.take_received(), opens_all); // Of clients that came again.
  judge_.check_unchanged(acts ? std::optional{x.own.index} : std::nullopt);
  ++(acts ? out_.allowed : expected.is_refusal ? out_.refused : out_.elsewhere);
}

std::string rest_attempts::describe(const plan& x, const route_attempt& a) const {
  return a.request.method + " " + a.request.target + " with " + std::string{x.kind.name} + " in " +
         std::string{to_string(x.where)} + ", trick " + std::to_string(static_cast<int>(x.also)) + ", tenant " +
         std::to_string(x.own.index);
}

void rest_attempts::attempt(const target& at, const key_kind& kind, place where, tenant& own, tenant& other,
                            bool is_plain) {
  plan x{at, kind, where, own, other, trick::none, kind.make(in_, own, other), opens_nothing, plan::filter::none};
  x.opens = judge(x);
  if (at.rule != nullptr && at.rule->who == access::own_instances) {
    // The list of all is long: seldom.
    x.by = static_cast<plan::filter>(chance_.below(4));
    if (x.by == plan::filter::none && x.opens.is_global() && !chance_.one_in(10))
      x.by = plan::filter::name;
  }
  in_.config.relay_auto_create = chance_.one_in(2);
  route_attempt a{in_, judge_, own, false, own.name, own.number, own.id, in_.fresh_text(own.index, 'd'), {}, {}, {}};
  if (!is_plain) {
    x.also = choose(x);
    aim(x, a);
  } else if (at.pattern == "/instance/create") {
    a.is_ghost = true;
    a.name = mark_of(ghosts_from + own.index, 'n');
  }
  write(x, a);
  std::string said = a.request.target + "\n" + http::percent_decode(a.request.target, true) + "\n" + a.request.body;
  for (const auto& [name, value] : a.request.fields)
    said.append("\n").append(value);
  judge_.begin(describe(x, a), std::move(said));
  a.answer = in_.ask(a.request);
  a.events = in_.take_received();
  compare(x, a, expect(x, a));
  if (!in_.entry_of(own)) // After a violation: the run goes on to find more.
    in_.settle_tenant(own);
}

} // namespace arauto::isolation
