#include "actors/event.hpp"

#include "net/json.hpp"
#include "net/socketio/encode.hpp"

#include <algorithm>
#include <cstdio>
#include <ctime>

namespace arauto {

emission make_emission(std::string_view wire_name, std::string data) {
  emission x;
  const auto text = std::make_shared<const std::string>(std::move(data));
  x.body = text;
  x.data = *text;
  x.index = *find_event(wire_name);
  x.name = wire_name;
  return x;
}

std::string envelope_json(const event& x) {
  const auto& what = x.what;
  std::string out;
  out.reserve(what.data.size() + what.name.size() + x.from->name.size() + x.server_url_json.size() +
              what.sender.size() + x.from->api_key_json.size() + what.more.size() + 128);
  out += "{\"event\":";
  json::append_string(out, what.name);
  out += ",\"instance\":";
  json::append_string(out, x.from->name);
  out += ",\"data\":";
  out += what.data;
  if (!x.server_url_json.empty())
    out.append(",\"server_url\":").append(x.server_url_json);
  out.append(",\"date_time\":").append(x.date_time_json);
  if (!what.sender.empty())
    out.append(",\"sender\":").append(what.sender);
  out.append(",\"apikey\":").append(x.from->api_key_json).append(what.more);
  out += '}';
  return out;
}

const frame_ptr& publication::packet() const {
  std::call_once(encoded_, [this] { packet_ = socketio::encode_event(nsp_, what_->what.name, envelope_json(*what_)); });
  return packet_;
}

bool event_filter::passes(const event& x) const noexcept {
  if (!instances.empty() && std::find(instances.begin(), instances.end(), x.from->name) == instances.end())
    return false;
  if (!by_event)
    return true;
  if (x.what.index != custom_event)
    return events.test(x.what.index);
  return std::find(custom_events.begin(), custom_events.end(), x.what.name) != custom_events.end();
}

event_filter both(event_filter a, const event_filter& b) {
  if (!b.by_event)
    return a;
  if (a.by_event) {
    a.events &= b.events;
    std::erase_if(a.custom_events, [&b](const std::string& x) {
      return std::find(b.custom_events.begin(), b.custom_events.end(), x) == b.custom_events.end();
    });
  } else {
    a.events = b.events;
    a.custom_events = b.custom_events;
  }
  a.by_event = true;
  return a;
}

std::string iso_time(std::int64_t unix_ms) {
  const auto seconds = static_cast<std::time_t>(unix_ms / 1000);
  std::tm broken{};
  gmtime_r(&seconds, &broken);
  char text[64];
  const auto size =
      std::snprintf(text, sizeof text, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", broken.tm_year + 1900, broken.tm_mon + 1,
                    broken.tm_mday, broken.tm_hour, broken.tm_min, broken.tm_sec, static_cast<int>(unix_ms % 1000));
  return {text, static_cast<std::size_t>(size)};
}

} // namespace arauto
