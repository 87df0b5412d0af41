#include "tests/conformance/members.hpp"

#include "actors/identifiers.hpp"
#include "net/http/query.hpp"
#include "tests/conformance/arguments.hpp"

#include <algorithm>
#include <ctime>
#include <utility>
#include <vector>

namespace arauto::conformance {

namespace {

std::string_view query_of(const handshake& shake) {
  const auto question = shake.target.find('?');
  return question == std::string::npos ? std::string_view{} : std::string_view{shake.target}.substr(question + 1);
}

std::string object(const std::vector<std::pair<std::string, std::string>>& members) {
  std::string out{"{"};
  for (const auto& [name, value] : members)
    out += (out.size() > 1 ? "," : "") + quoted(name) + ":" + value;
  return out + "}";
}

/// Later values of a name win, at its first place, as in a JavaScript object.
std::string string_object(const std::vector<std::pair<std::string, std::string>>& fields, bool in_lower_case) {
  std::vector<std::pair<std::string, std::string>> members;
  for (auto [name, value] : fields) {
    if (in_lower_case)
      std::transform(name.begin(), name.end(), name.begin(),
                     [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    const auto at =
        std::find_if(members.begin(), members.end(), [&name = name](const auto& x) { return x.first == name; });
    if (at == members.end())
      members.emplace_back(name, quoted(value));
    else
      at->second = quoted(value);
  }
  return object(members);
}

std::string human_date(std::int64_t ms) {
  char text[80];
  const auto seconds = static_cast<std::time_t>(ms / 1000);
  std::tm broken{};
  gmtime_r(&seconds, &broken);
  return {text,
          std::strftime(text, sizeof text, "%a %b %d %Y %H:%M:%S GMT+0000 (Coordinated Universal Time)", &broken)};
}

} // namespace

member make_member(const join& x) {
  member out;
  out.sid = x.sid;
  out.auth = x.auth;
  out.shake = x.shake;
  out.joined_at_ms = unix_ms();
  return out;
}

std::string auth_json(const member& x) {
  return x.auth.empty() ? "{}" : x.auth;
}

std::string query_json(const member& x) {
  return string_object(http::parse_query(query_of(*x.shake)), false);
}

std::string handshake_json(const member& x) {
  const auto& shake = *x.shake;
  return object({{"headers", string_object(shake.fields, true)},
                 {"time", quoted(human_date(x.joined_at_ms))},
                 {"address", quoted(shake.remote_address)},
                 {"xdomain", shake.origin.empty() ? "false" : "true"},
                 {"secure", shake.is_secure ? "true" : "false"},
                 {"issued", std::to_string(x.joined_at_ms)},
                 {"url", quoted(shake.target)},
                 {"query", query_json(x)},
                 {"auth", auth_json(x)}});
}

std::string data_json(const member& x) {
  return object({x.data.begin(), x.data.end()});
}

std::string query_parameter(const handshake& shake, std::string_view name) {
  return http::query_value(query_of(shake), name).value_or("");
}

std::string iso_date() {
  return iso_time(unix_ms());
}

} // namespace arauto::conformance
