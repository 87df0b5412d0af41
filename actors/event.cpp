#include "actors/event.hpp"

#include "actors/offset.hpp"
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

std::string envelope_json(const event& x, const offset& at) {
  return envelope_json(x).replace(0, 1, R"({"offset":")" + to_string(at) + "\",");
}

namespace {

/// Line breaks between the tokens of a producer's JSON are kept: each begins a line of `data` (HTML standard, section
/// 9.2.6).
std::string sse_lines(const event& x, std::string_view envelope) {
  const std::string_view name = x.what.name;
  std::string out;
  out.reserve(name.size() + envelope.size() + 20);
  if (x.epoch != 0)
    out.append("id: ").append(to_string(offset{x.epoch, x.sequence})).append("\n");
  out.append("event: ").append(name).append("\ndata: ");
  for (std::size_t i = 0; i < envelope.size(); ++i) {
    const auto is_break = envelope[i] == '\n' || envelope[i] == '\r';
    if (is_break && envelope.substr(i, 2) == "\r\n")
      ++i;
    if (is_break)
      out += "\ndata: ";
    else
      out += envelope[i];
  }
  return out + "\n\n";
}

} // namespace

frame_ptr encode(const event& x, std::string_view nsp, event_form form) {
  auto envelope = envelope_json(x);
  if (x.from->shows_offset && x.epoch != 0)
    envelope.insert(envelope.size() - 1, R"(,"offset":")" + to_string(offset{x.epoch, x.sequence}) + '"');
  switch (form) {
  case event_form::message:
    return frame::text({envelope});
  case event_form::sse:
    return frame::raw({sse_lines(x, envelope)});
  case event_form::socketio_with_offset:
    return socketio::encode_event(nsp, x.what.name, envelope + ",\"" + to_string(offset{x.epoch, x.sequence}) + '"');
  case event_form::socketio:
    break;
  }
  return socketio::encode_event(nsp, x.what.name, envelope);
}

const frame_ptr& publication::in(event_form form) const {
  auto& x = encodings_.at(static_cast<std::size_t>(form));
  std::call_once(x.is_done, [&] { x.frame = encode(*what_, nsp_, form); });
  return x.frame;
}

frame_batch batch::frames(event_form form) {
  // A copy for so many costs less than as many buffers in each of their writes.
  constexpr std::size_t receivers_min = 8;
  auto& x = encoded_.at(static_cast<std::size_t>(form));
  if (x.packets.empty()) {
    for (const auto& what : events_)
      x.packets.push_back(what->in(form));
    if (x.packets.size() > 1 && receivers_ >= receivers_min)
      x.runs = frame::join(x.packets);
  }
  return {x.packets, x.runs};
}

bool event_filter::passes(const event& x) const noexcept {
  if (allowed && std::find(allowed->begin(), allowed->end(), x.from->id) == allowed->end())
    return false;
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
