#include "net/socketio/revision4.hpp"

#include "net/http/query.hpp"
#include "net/json.hpp"
#include "net/socketio/encode.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace arauto::socketio::revision4 {

namespace {

/// The one refusal that is no error of an application.
constexpr std::string_view unknown_namespace = "Invalid namespace";

std::string head(char type, std::string_view nsp) {
  std::string out{'4', type};
  if (nsp != "/")
    out.append(nsp).append(",");
  return out;
}

} // namespace

namespace_query split_namespace(std::string_view text) noexcept {
  const auto question = std::min(text.find('?'), text.size());
  const auto nsp = text.substr(0, question);
  return {nsp.empty() ? std::string_view{"/"} : nsp, text.substr(std::min(question + 1, text.size()))};
}

std::string auth_of_query(std::string_view query) {
  if (query.empty())
    return {};
  std::vector<std::pair<std::string, std::string>> members;
  for (auto& [name, value] : http::parse_query(query)) {
    const auto at =
        std::find_if(members.begin(), members.end(), [&name = name](const auto& x) { return x.first == name; });
    if (at == members.end())
      members.emplace_back(std::move(name), std::move(value));
    else
      at->second = std::move(value);
  }
  std::string out{"{"};
  for (const auto& [name, value] : members) {
    out += out.size() > 1 ? "," : "";
    json::append_string(out, name);
    out += ':';
    json::append_string(out, value);
  }
  return out + "}";
}

frame_ptr encode_connect(std::string_view nsp) {
  return frame::text({head('0', nsp)});
}

frame_ptr encode_connect_error(std::string_view nsp, std::string_view message, std::string_view data) {
  if (message == unknown_namespace)
    return socketio::encode_connect_error(nsp, message, data);
  if (!data.empty())
    return frame::text({head('4', nsp), data});
  std::string quoted;
  json::append_string(quoted, message);
  return frame::text({head('4', nsp), quoted});
}

std::string session_id(std::string_view nsp, std::string_view connection_sid) {
  return nsp == "/" ? std::string{connection_sid} : std::string{nsp}.append("#").append(connection_sid);
}

} // namespace arauto::socketio::revision4
