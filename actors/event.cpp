#include "actors/event.hpp"

#include "actors/offset.hpp"
#include "net/json.hpp"
#include "net/socketio/encode.hpp"

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <limits>

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

namespace {

/// About as many bytes as the envelope has.
std::size_t envelope_size(const event& x) noexcept {
  const auto& what = x.what;
  return what.data.size() + what.name.size() + x.from->name.size() + x.server_url_json.size() + what.sender.size() +
         x.from->api_key_json.size() + what.more.size() + 128;
}

void append_envelope(std::string& out, const event& x) {
  const auto& what = x.what;
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
}

} // namespace

std::string envelope_json(const event& x) {
  std::string out;
  out.reserve(envelope_size(x));
  append_envelope(out, x);
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
  const auto is_socketio = form == event_form::socketio || form == event_form::socketio_with_offset;
  // Whoever gets it as SSE gets no header either.
  const auto room = form == event_form::sse ? 0 : frame::header_room;
  constexpr std::size_t offsets_size = 100;
  std::string out;
  out.reserve(room + envelope_size(x) + nsp.size() + x.what.name.size() + offsets_size);
  out.append(room, ' ');
  if (is_socketio) {
    socketio::append_event_head(out, nsp, x.what.name);
    out += ',';
  }
  append_envelope(out, x);
  if (x.from->shows_offset && x.epoch != 0)
    out.insert(out.size() - 1, R"(,"offset":")" + to_string(offset{x.epoch, x.sequence}) + '"');
  if (form == event_form::sse)
    return frame::raw({sse_lines(x, out)});
  if (form == event_form::socketio_with_offset)
    out.append(",\"").append(to_string(offset{x.epoch, x.sequence})).append(1, '"');
  if (is_socketio)
    out += ']';
  return frame::text_behind_room(std::move(out));
}

publication::~publication() {
  for (const auto& x : frames_)
    if (const auto* made = x.load(std::memory_order_relaxed))
      frame_ptr{made, false}.reset();
}

frame_ptr publication::in(event_form form) const {
  auto& place = frames_.at(static_cast<std::size_t>(form));
  if (const auto* made = place.load(std::memory_order_acquire))
    return frame_ptr{made};
  auto own = encode(*what_, nsp_, form);
  const frame* other = nullptr;
  if (!place.compare_exchange_strong(other, own.get(), std::memory_order_acq_rel, std::memory_order_acquire))
    return frame_ptr{other};
  intrusive_ptr_add_ref(own.get()); // The place's own reference.
  return own;
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
  // Every event carries one: the part up to the second is written once a second.
  thread_local auto last = std::numeric_limits<std::time_t>::min();
  thread_local std::string up_to_second;
  const auto seconds = static_cast<std::time_t>(unix_ms / 1000);
  if (seconds != last) {
    std::tm broken{};
    gmtime_r(&seconds, &broken);
    char text[64];
    const auto size = std::snprintf(text, sizeof text, "%04d-%02d-%02dT%02d:%02d:%02d.", broken.tm_year + 1900,
                                    broken.tm_mon + 1, broken.tm_mday, broken.tm_hour, broken.tm_min, broken.tm_sec);
    up_to_second.assign(text, static_cast<std::size_t>(size));
    last = seconds;
  }
  const auto ms = static_cast<int>(unix_ms % 1000);
  std::string out;
  out.reserve(up_to_second.size() + 4);
  out += up_to_second;
  for (const auto digit : {ms / 100, ms / 10 % 10, ms % 10})
    out += static_cast<char>('0' + digit);
  return out += 'Z';
}

} // namespace arauto
