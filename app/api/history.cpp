// What the event log keeps, by HTTP.
#include "actors/bearer.hpp"
#include "actors/log_gate.hpp"
#include "app/api/event_name.hpp"
#include "app/api/object_writer.hpp"
#include "app/api/respond.hpp"
#include "app/api/routes.hpp"
#include "net/http/query.hpp"

#include <charconv>

namespace arauto::app {

namespace {

constexpr std::size_t events_per_page = 100;
constexpr std::size_t events_per_page_max = 1000;
constexpr std::size_t page_bytes_max = 4194304;
constexpr std::string_view lines_type = "application/x-ndjson";

/// Who asks, and for what.
struct search {
  exchange_ptr x;
  bearer who;
  event_query what;
  /// Everything behind `what.after` is wanted, or a refusal.
  bool is_exact = false;
};

http::response no_history_answer() {
  return error_answer(404, "There is no history: with EVENT_LOG=off no event is kept");
}

/// 410 with the oldest place that can still be asked for.
http::response gone_answer(std::string_view text, const offset& oldest) {
  const auto response = object_writer{}
                            .raw("message", json_texts(std::vector<std::string_view>{text}))
                            .text("oldest", to_string(oldest))
                            .close();
  return json_answer(
      410,
      object_writer{}.number("status", 410).text("error", http::reason_phrase(410)).raw("response", response).close());
}

/// A browser token reads, too; nobody else's does.
bearer reader_of(exchange& x) {
  return bearer_of(x.asked().field("apikey"), x.home().ports.directory.get(), x.home().ports.tokens);
}

/// Reads an offset of the query into a place; false when that was answered.
bool read_place(exchange& x, const char* name, const log_extent& log, event_sequence oldest, event_sequence& out) {
  const auto given = http::query_value(x.asked().query(), name);
  if (!given)
    return true;
  const auto place = read_offset(*given);
  if (!place) {
    x.answer(error_answer(400, "\"" + std::string{name} +
                                   "\" must be an offset: 16 hexadecimal digits, a hyphen and a number, as answers "
                                   "and events carry it"));
    return false;
  }
  if (!log.find(*place)) {
    x.answer(gone_answer("the offset \"" + std::string{name} + "\" is none of this log", log.at(oldest)));
    return false;
  }
  out = place->sequence;
  return true;
}

/// Why the parameters are none; empty when they are read.
std::string read_wish(const http::request& asked, event_query& out) {
  out.bytes_max = page_bytes_max;
  out.events_max = events_per_page;
  if (const auto given = http::query_value(asked.query(), "limit")) {
    const auto* end = given->data() + given->size();
    const auto [at, error] = std::from_chars(given->data(), end, out.events_max);
    if (error != std::errc{} || at != end || out.events_max == 0 || out.events_max > events_per_page_max)
      return "\"limit\" must be a number from 1 to " + std::to_string(events_per_page_max);
  }
  if (auto given = http::query_value(asked.query(), "event")) {
    catalogue_index index = custom_event;
    if (auto wrong = read_event_name(std::move(*given), out.name, index))
      return *wrong;
  }
  return {};
}

bool wants_lines(const http::request& asked) {
  return asked.joined_field("accept").find(lines_type) != std::string::npos;
}

/// Where the page after this one begins, for clients that read lines.
std::string link_to_next(const http::request& asked, const std::string& next, const event_query& what) {
  auto target = std::string{asked.path()} + "?after=" + next + "&limit=" + std::to_string(what.events_max);
  if (!what.name.empty())
    target += "&event=" + what.name; // Of letters, digits, ".", "_" and "-" only.
  if (const auto before = http::query_value(asked.query(), "before"))
    target += "&before=" + *before;
  return "<" + target + R"(>; rel="next")";
}

/// The answer of a page: an object, or a line for each event.
http::response page_answer(const search& s, const event_page& page, const log_extent& log) {
  const auto is_lines = wants_lines(s.x->asked());
  std::string events;
  for (const auto& one : page.events) {
    if (one.is_gap() || (s.who.limits && !s.who.limits->filter.passes(*one.what)))
      continue;
    if (!is_lines && !events.empty())
      events += ',';
    events += envelope_json(*one.what, log.at(one.what->sequence));
    if (is_lines)
      events += '\n';
  }
  const auto through = to_string(log.at(page.through));
  const auto next = page.is_end ? std::nullopt : std::optional{through};
  auto answer = json_answer(
      200, is_lines
               ? std::move(events)
               : object_writer{}.raw("events", "[" + events + "]").text("next", next).text("through", through).close());
  if (is_lines) {
    answer.remove("Content-Type");
    answer.set("Content-Type", lines_type);
  }
  if (next)
    answer.set("Link", link_to_next(s.x->asked(), *next, s.what));
  answer.set("Cache-Control", "no-store");
  return answer;
}

/// Events may have gone while the page was read; then nobody takes the rest for all.
http::response judged_answer(const search& s, const events_read& got) {
  auto& home = s.x->home();
  if (!got.page)
    return busy_answer("The event log cannot be read now: " + got.failure);
  const auto now = home.ports.history->places().extent;
  const auto oldest = oldest_place(*now, s.what.instances ? &*s.what.instances : nullptr);
  if (s.is_exact && oldest > s.what.after)
    return gone_answer("events behind \"after\" are not kept any more", now->at(oldest));
  return page_answer(s, *got.page, *now);
}

void read_page(const search& s) {
  const auto is_taken = s.x->home().ports.history->read(
      s.what, [s](const events_read& got) { s.x->guarded([&] { s.x->answer(judged_answer(s, got)); }); });
  if (!is_taken)
    s.x->answer(busy_answer("Too many pages of the history are being read; try again in a second"));
}

/// The one event at a place, if it is still there and the key opens its instance.
http::response one_answer(const search& s, const events_read& got) {
  if (!got.page)
    return busy_answer("The event log cannot be read now: " + got.failure);
  const auto now = s.x->home().ports.history->places().extent;
  for (const auto& one : got.page->events) {
    const auto is_kept = now->is_whole(one.what->sequence - 1, one.what->from->id);
    if (is_kept && !one.is_gap() && (!s.who.limits || s.who.limits->filter.passes(*one.what)))
      return json_answer(200, envelope_json(*one.what, now->at(one.what->sequence)));
  }
  return error_answer(404, "There is no event at that offset that your key opens; it may be too old");
}

} // namespace

void show_history(const exchange_ptr& x) {
  auto& home = x->home();
  search s{x, reader_of(*x), {}, false};
  const auto instance = admit_to_instance(*x, s.who.owner);
  if (!instance)
    return;
  if (home.ports.history == nullptr)
    return x->answer(no_history_answer());
  if (const auto wrong = read_wish(x->asked(), s.what); !wrong.empty())
    return x->answer(error_answer(400, wrong));
  const auto log = home.ports.history->places().extent;
  s.what.instances.emplace({instance->record->id});
  const auto oldest = oldest_place(*log, s.what.instances ? &*s.what.instances : nullptr);
  s.what.after = oldest;
  s.is_exact = http::query_value(x->asked().query(), "after").has_value();
  if (!read_place(*x, "after", *log, oldest, s.what.after) || !read_place(*x, "before", *log, oldest, s.what.before))
    return;
  if (s.what.after < oldest)
    return x->answer(gone_answer("events behind \"after\" are not kept any more", log->at(oldest)));
  read_page(s);
}

void show_event(const exchange_ptr& x) {
  auto& home = x->home();
  search s{x, reader_of(*x), {}, false};
  if (!s.who.owner.is_known())
    return x->answer(unauthorized_answer());
  if (home.ports.history == nullptr)
    return x->answer(no_history_answer());
  const auto place = read_offset(x->parameter(0));
  if (!place)
    return x->answer(
        error_answer(400, "The path must end with an offset: 16 hexadecimal digits, a hyphen and a number"));
  if (!s.who.owner.is_global) {
    s.what.instances.emplace();
    for (const auto& instance : s.who.owner.instances)
      s.what.instances->push_back(instance->record->id);
  }
  const auto log = home.ports.history->places().extent;
  if (!log->find(*place) || place->sequence == 0)
    return x->answer(one_answer(s, events_read{std::make_shared<const event_page>(), {}}));
  s.what.after = place->sequence - 1;
  s.what.before = place->sequence + 1;
  const auto is_taken = home.ports.history->read(
      s.what, [s](const events_read& got) { s.x->guarded([&] { s.x->answer(one_answer(s, got)); }); });
  if (!is_taken)
    x->answer(busy_answer("Too many pages of the history are being read; try again in a second"));
}

} // namespace arauto::app
