#include "app/api/claims.hpp"
#include "app/api/emit_body.hpp"
#include "app/api/event_name.hpp"
#include "app/api/object_writer.hpp"
#include "app/api/respond.hpp"
#include "app/api/routes.hpp"

namespace arauto::app {

namespace {

void refuse(exchange& x, http::response why) {
  x.home().ports.own_counters.refused_emits.add();
  x.answer(std::move(why));
}

/// One event as its producer gave it. The reason when it is none.
std::optional<std::string> read_event(const std::vector<json::member>& members, emission& out) {
  const auto* given = json::find(members, "event");
  if (!given)
    return "\"event\" is missing";
  auto name = json::as_string(given->value);
  if (!name)
    return "\"event\" must be a string";
  if (auto wrong = read_event_name(std::move(*name), out.name, out.index))
    return wrong;
  const auto* content = json::find(members, "data");
  if (!content)
    return "\"data\" is missing; any JSON value will do";
  out.data = content->value.raw;
  if (auto wrong = keep_text(members, "sender", out.sender))
    return wrong;
  if (auto wrong = keep_text(members, "date_time", out.date_time))
    return wrong;
  return keep_text(members, "server_url", out.server_url);
}

/// The usual answer to events, without its CORS fields.
http::response emit_answer(api_context& home, const emit_request& request, unsigned status, std::string_view failure) {
  if (failure.empty()) {
    auto answer = accepted_answer(request);
    if (request.known == request.events)
      answer.set("Idempotent-Replayed", "true");
    return answer;
  }
  home.ports.own_counters.refused_emits.add();
  return status == 503 ? busy_answer(failure) : error_answer(status, failure);
}

void submit(const exchange_ptr& x, const directory_entry& to, std::vector<emission> events, claims_ptr once) {
  auto& home = x->home();
  // Only browsers send an Origin, and their answers depend on it; others need nothing kept.
  if (x->asked().has_field("origin"))
    await_outcome(x, [x](const emit_request& request, unsigned status, std::string_view failure) {
      x->answer(emit_answer(x->home(), request, status, failure));
    });
  if (home.ports.events.submit(to, std::move(events), x->where(), std::move(once)))
    return;
  home.outcomes.forget(x->where());
  refuse(*x, busy_answer(too_many_events));
}

} // namespace

void emit_events(const exchange_ptr& x) {
  const auto to = admit_to_instance(*x);
  if (!to)
    return;
  if (auto refused = refuse_encoding(x->asked()))
    return refuse(*x, std::move(*refused));
  const auto body = std::make_shared<const std::string>(std::move(x->asked().body));
  auto read = read_emit_body(has_media_type(x->asked(), "application/x-ndjson"), *body);
  if (read.refusal)
    return refuse(*x, std::move(*read.refusal));
  std::vector<emission> events(read.events.size());
  for (std::size_t i = 0; i < events.size(); ++i) {
    events[i].body = body;
    if (const auto wrong = read_event(read.events[i], events[i]))
      return refuse(*x, error_answer(400, "event[" + std::to_string(i) + "]: " + *wrong));
  }
  claims_ptr once;
  if (const auto wrong = read_claims(x->asked(), *body, read, once); !wrong.empty())
    return refuse(*x, error_answer(400, wrong));
  if (once && x->home().ports.history == nullptr)
    return refuse(*x, error_answer(400, "With EVENT_LOG=off nothing can be counted once: leave out Idempotency-Key and "
                                        "\"id\""));
  submit(x, *to, std::move(events), std::move(once));
}

void finish_emit(api_context& home, const emit_request& request, unsigned status, std::string_view failure) {
  if (home.outcomes.settle(request, status, failure))
    return;
  auto answer = emit_answer(home, request, status, failure);
  add_common_fields(home.cors, {}, answer);
  home.ports.answers.respond(request.slot, std::move(answer));
}

} // namespace arauto::app
