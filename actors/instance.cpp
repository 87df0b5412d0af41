#include "actors/instance.hpp"

#include "actors/identifiers.hpp"
#include "actors/lifecycle.hpp"
#include "net/json.hpp"
#include "net/socketio/encode.hpp"

#include <caf/actor_cast.hpp>
#include <caf/send.hpp>

#include <algorithm>
#include <ctime>
#include <iterator>

namespace arauto {

namespace {

/// The present as JSON text.
std::string now_json(date_time_form form) {
  auto ms = unix_ms();
  if (form == date_time_form::evolution) {
    const auto seconds = static_cast<std::time_t>(ms / 1000);
    std::tm local{};
    localtime_r(&seconds, &local);
    ms += std::int64_t{local.tm_gmtoff} * 1000;
  }
  const auto time = iso_time(ms);
  std::string out;
  out.reserve(time.size() + 2);
  return out.append(1, '"').append(time).append(1, '"');
}

std::string quoted(std::string_view text) {
  std::string out;
  json::append_string(out, text);
  return out;
}

/// Views of an emission point into its body, so the sender gets a place there.
void add_sender(emission& x, std::string_view sender_json) {
  const auto data_size = x.data.size();
  const auto text = std::make_shared<const std::string>(std::string{x.data}.append(sender_json));
  x.body = text;
  x.data = std::string_view{*text}.substr(0, data_size);
  x.sender = std::string_view{*text}.substr(data_size);
}

} // namespace

void instance_state::set_record(std::shared_ptr<const instance_record> x) {
  record = std::move(x);
  nsp_ = "/" + record->name;
  auto next = std::make_shared<emitter>();
  next->number = number;
  next->id = record->id;
  next->name = record->name;
  next->api_key_json = services->envelope.expose_token ? quoted(record->token) : "null";
  next->shows_offset = services->envelope.shows_offset;
  next->keeps_events = !record->websocket || record->websocket->keeps_events;
  from_ = std::move(next);
  if (record->owner_jid && sender_json_.empty())
    sender_json_ = quoted(*record->owner_jid);
  is_enabled_ = record->websocket && record->websocket->enabled;
  selection_.reset();
  if (record->websocket)
    for (const auto& selected : record->websocket->events)
      if (const auto index = find_event(selected))
        selection_.set(*index);
  selects_all_ = record->websocket && record->websocket->events.size() >= selectable_events;
}

void begin_instance(instance_state& x, instance_services_ptr services, instance_number number,
                    std::shared_ptr<const instance_record> record) {
  x.services = std::move(services);
  x.number = number;
  x.position_ = x.services->places == nullptr ? 0 : x.services->places->current().last;
  x.sessions = session_set{x.services->hubs.size()};
  if (!x.services->envelope.server_url.empty())
    x.server_url_json_ = quoted(x.services->envelope.server_url);
  x.set_record(std::move(record));
}

void instance_state::emit(emit_batch& x) {
  if (is_retired)
    return answer(x.requests, "The \"" + record->name + "\" instance does not exist", 404);
  if (std::any_of(x.requests.begin(), x.requests.end(), [](const emit_request& r) { return r.once; }))
    refuse_running(x);
  if (x.events.empty())
    return;
  keep_sender(x.events);
  place(std::move(x.events), std::move(x.requests));
}

void instance_state::place(std::vector<emission> events, std::vector<emit_request> requests) {
  append out{caf::actor_cast<instance_actor>(self), {}, std::move(requests)};
  out.events.reserve(events.size());
  std::string now;
  for (auto& what : events) {
    const boost::intrusive_ptr<event> made{new event};
    made->from = from_;
    if (what.date_time.empty() && now.empty())
      now = now_json(services->envelope.date_time);
    made->date_time_json = what.date_time.empty() ? std::string_view{now} : what.date_time;
    made->server_url_json = what.server_url.empty() ? server_url_json_ : std::string{what.server_url};
    if (what.is_own && !sender_json_.empty())
      add_sender(what, sender_json_);
    made->what = std::move(what);
    made->is_selected = is_enabled_ && is_selected(made->what);
    out.events.push_back(made);
  }
  self->unit().counters().emitted_events.add(out.events.size());
  caf::anon_send(services->log, std::move(out));
}

/// The same request twice at once: the second has to wait for the answer of the first.
void instance_state::refuse_running(emit_batch& x) {
  std::vector<emission> left;
  std::vector<emit_request> waiting;
  std::size_t at = 0;
  for (auto& request : x.requests) {
    const auto first = x.events.begin() + static_cast<std::ptrdiff_t>(at);
    at += request.events;
    if (request.once && !running_.enter(request.once)) {
      answer({request}, "The same request is still running; send it again when its answer does not come", 409);
      continue;
    }
    left.insert(left.end(), std::make_move_iterator(first), std::make_move_iterator(first + request.events));
    waiting.push_back(std::move(request));
  }
  x.events = std::move(left);
  x.requests = std::move(waiting);
}

/// What a provider says of itself goes with our own events, too.
void instance_state::keep_sender(const std::vector<emission>& events) {
  for (const auto& x : events)
    if (!x.sender.empty() && x.sender != sender_json_)
      sender_json_ = x.sender;
}

void instance_state::answer(const std::vector<emit_request>& requests, const std::string& reason, unsigned status) {
  for (const auto& request : requests)
    caf::anon_send(services->intakes[request.slot.loop], append_outcome{{request}, reason, status});
}

void instance_state::refuse_message(const channel_message& x) {
  answer({x.request}, "Instances of the kind " + record->integration + " have no channel here", 404);
}

/// Custom events have no name in the settings: they pass when everything is selected.
bool instance_state::is_selected(const emission& x) const noexcept {
  return x.index == custom_event ? selects_all_ : selection_.test(x.index);
}

void instance_state::publish_slice(const committed& x) {
  if (!x.events.empty())
    position_ = x.events.back()->sequence;
  if (is_enabled_ && sessions.size() != 0)
    publish_selected(x);
  if (!x.events.empty() && x.events.back()->what.is_farewell)
    say_farewell();
}

void instance_state::give_up(const append_failed& x) {
  if (!x.events.empty() && x.events.back()->what.is_farewell)
    say_farewell();
}

/// Through the HUBs, so that it cannot overtake the events.
void instance_state::say_farewell() {
  send_to_hubs(services->hubs, sessions, close_list{{list_key::part::own_namespace, number}});
  caf::anon_send(services->log, erase_events{record->id});
}

void instance_state::publish_selected(const committed& x) {
  publication_group group{{list_key::part::own_namespace, number}, {}};
  for (const auto& what : x.events)
    if (what->is_selected)
      group.events.push_back(publication_ptr{new publication{what, nsp_}});
  log_publication(name, nsp_, group, sessions.size());
  if (!group.events.empty())
    send_to_hubs(services->hubs, sessions, publish{{std::move(group)}});
}

void instance_state::admit(const join& x) {
  if (!is_enabled_ || is_retired)
    return caf::anon_send(x.who, refuse_session{"Invalid namespace", {}});
  if (x.generation != record->generation)
    return caf::anon_send(x.who, refuse_session{"Invalid global token", {}});
  end_predecessor(services->hubs, sessions, x);
  sessions.add(x);
  caf::anon_send(services->hubs[x.loop], admit_session{x.who, {list_key::part::own_namespace, number}, {}, position_});
}

void instance_state::release(const leave& x) {
  sessions.remove(x);
}

void instance_state::relay(const client_event& x) {
  if (sessions.find(x.from) == nullptr)
    return;
  const list_key everybody{list_key::part::own_namespace, number};
  const auto encoded = [](std::vector<frame_ptr> frames) {
    return std::make_shared<const std::vector<frame_ptr>>(std::move(frames));
  };
  broadcast out;
  out.to.list = everybody;
  out.to.except_session = x.from;
  out.frames = encoded(socketio::encode_binary_event(nsp_, x.name, x.content->arguments, x.content->attachments));
  send_to_hubs(services->hubs, sessions, std::move(out));
  if (!x.ack_id)
    return;
  broadcast answer;
  answer.to.list = everybody;
  answer.to.only = x.from;
  answer.frames = encoded({socketio::encode_ack(nsp_, *x.ack_id, {})});
  caf::anon_send(services->hubs[x.loop], std::move(answer));
}

void instance_state::close_sessions() {
  for (const auto& member : sessions.members())
    caf::anon_send(member.who, close_session{});
  sessions = session_set{services->hubs.size()};
}

void instance_state::configure(const configure_instance& x) {
  const auto generation = record->generation;
  set_record(x.record);
  if (!is_enabled_ || record->generation != generation)
    close_sessions();
}

void instance_state::retire(const retire_instance& x) {
  if (std::exchange(is_retired, true))
    return;
  // The sessions end when this has come back from the log: they still get it.
  place(x.is_abandoned ? abandonment_events() : deletion_events(*record), {});
}

behaviour<instance_state> instance(placed_actor<instance_actor, instance_state>* self, instance_services_ptr services,
                                   instance_number number, std::shared_ptr<const instance_record> record) {
  begin_instance(self->state, std::move(services), number, std::move(record));
  return instance_handles<&instance_state::refuse_message, &instance_state::idle_tick>;
}

} // namespace arauto
