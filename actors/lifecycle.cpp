#include "actors/lifecycle.hpp"

#include "net/json.hpp"

namespace arauto {

namespace {

/// Reasons that Baileys gives (Boom status codes): 200 for an open session, 401 for one that was logged out.
constexpr auto status_open = "200";
constexpr auto status_logged_out = "401";

emission event_named(std::string_view wire_name, std::string data) {
  auto x = make_emission(wire_name, std::move(data));
  x.is_own = true;
  return x;
}

std::string quoted(std::string_view text) {
  std::string out;
  json::append_string(out, text);
  return out;
}

std::string who(const instance_record& x) {
  return R"({"instanceName":)" + quoted(x.name) + R"(,"instanceId":)" + quoted(x.id) + "}";
}

} // namespace

std::vector<emission> creation_events(const instance_record& x) {
  return {event_named("instance.create", who(x))};
}

std::vector<emission> deletion_events(const instance_record& x) {
  std::vector<emission> events{event_named("instance.delete", who(x))};
  events.push_back(abandonment_events().front());
  return events;
}

std::vector<emission> abandonment_events() {
  std::vector<emission> events{event_named("remove.instance", "null")};
  events.back().is_farewell = true;
  return events;
}

std::vector<emission> status_events(const instance_record& x) {
  const auto is_open = x.connection_status == "open";
  std::vector<emission> events;
  if (x.connection_status == "close")
    events.push_back(event_named("logout.instance", "null"));
  events.push_back(event_named("connection.update", R"({"instance":)" + quoted(x.name) + R"(,"state":)" +
                                                        quoted(x.connection_status) + R"(,"statusReason":)" +
                                                        (is_open ? status_open : status_logged_out) + "}"));
  return events;
}

} // namespace arauto
