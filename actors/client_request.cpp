#include "actors/client_request.hpp"

#include "net/http/query.hpp"
#include "net/json.hpp"

#include <algorithm>

namespace arauto {

namespace {

/// Names in one list; a longer one is an error.
constexpr std::size_t list_max = 1000;
constexpr std::size_t event_name_max = 128;

std::vector<std::string> split_commas(std::string_view text) {
  std::vector<std::string> names;
  while (!text.empty() && names.size() <= list_max) {
    const auto end = std::min(text.find(','), text.size());
    if (end > 0)
      names.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return names;
}

void refuse(connect_wish& wish, std::string message, std::string_view code, std::string_view hint) {
  wish.error = std::move(message);
  wish.error_data = "{\"code\":\"" + std::string{code} + "\",\"hint\":";
  json::append_string(wish.error_data, hint);
  wish.error_data += '}';
}

/// The list under that name of `auth`, else of the query.
std::vector<std::string> read_list(connect_wish& wish, const std::vector<json::member>& auth, std::string_view name,
                                   std::string_view query) {
  const auto* given = json::find(auth, name);
  if (given == nullptr || given->value.kind == json::kind::null)
    return split_commas(http::query_value(query, name).value_or(""));
  if (auto text = json::as_string(given->value))
    return split_commas(*text);
  std::vector<std::string> names;
  if (const auto elements = json::split_array(given->value.raw))
    for (const auto& x : *elements)
      if (auto text = json::as_string(x); text && names.size() <= list_max)
        names.push_back(std::move(*text));
      else
        refuse(wish, "auth." + std::string{name} + " must be a list of names", "BAD_FILTER",
               "Pass an array of strings or one comma-separated string.");
  else
    refuse(wish, "auth." + std::string{name} + " must be a list of names", "BAD_FILTER",
           "Pass an array of strings or one comma-separated string.");
  return names;
}

void wish_event(connect_wish& wish, const std::string& name) {
  if (add_event(wish.filter, name))
    return;
  std::string hint = "Known names close to it:";
  for (auto near : near_events(name))
    hint += " " + std::string{near};
  refuse(wish, "unknown event \"" + name.substr(0, event_name_max) + "\" in the filter", "UNKNOWN_EVENT", hint);
}

} // namespace

bool add_event(event_filter& to, const std::string& name) {
  if (const auto index = find_event(name))
    to.events.set(*index);
  else if (is_custom_event_name(name) && !resembles_known_event(name))
    to.custom_events.push_back(name);
  else
    return false;
  return true;
}

std::string_view query_of(const handshake& shake) noexcept {
  const auto question = shake.target.find('?');
  return question == std::string::npos ? std::string_view{} : std::string_view{shake.target}.substr(question + 1);
}

connect_wish read_connect(std::string_view auth, const handshake& shake) {
  connect_wish wish;
  std::vector<json::member> members;
  if (!auth.empty())
    if (auto split = json::split_object(auth))
      members = std::move(*split);
  if (const auto* key = json::find(members, "apikey"))
    wish.api_key = json::as_string(key->value).value_or("");
  if (wish.api_key.empty())
    wish.api_key = shake.api_key;
  const auto query = query_of(shake);
  for (const auto& name : read_list(wish, members, "events", query)) {
    wish.filter.by_event = true;
    wish_event(wish, name);
  }
  wish.filter.instances = read_list(wish, members, "instances", query);
  const auto text_of = [&members](std::string_view name) {
    const auto* x = json::find(members, name);
    return x == nullptr ? std::string{} : json::as_string(x->value).value_or("");
  };
  wish.pid = text_of("pid");
  wish.offset = text_of("offset");
  wish.since = text_of("since");
  if (wish.since.empty())
    wish.since = shake.last_event_id.empty() ? http::query_value(query, "since").value_or("") : shake.last_event_id;
  const auto* recovery = json::find(members, "recovery");
  wish.wants_recovery = recovery != nullptr
                            ? recovery->value.raw == "true"
                            : http::query_value(query, "recovery") == std::optional<std::string>{"true"};
  return wish;
}

std::string read_only_refusal(std::string_view) {
  return R"({"error":"a browser token reads only; to send, come with the token of the instance"})";
}

std::string client_event_refusal(std::string_view name) {
  std::string reason;
  if (name.empty() || name.size() > event_name_max)
    reason = "the name of a client event has 1 to " + std::to_string(event_name_max) + " bytes";
  else if (find_event(name))
    reason = "\"" + std::string{name} + "\" is an event of the server; clients may not send it";
  if (reason.empty())
    return {};
  std::string out = "{\"error\":";
  json::append_string(out, reason);
  return out + "}";
}

} // namespace arauto
