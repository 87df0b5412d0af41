#include "actors/client_request.hpp"
#include "actors/identifiers.hpp"
#include "app/api/object_writer.hpp"
#include "app/api/respond.hpp"
#include "app/api/routes.hpp"

namespace arauto::app {

namespace {

constexpr std::int64_t default_ttl = 3600;
constexpr std::size_t events_max = 100;
/// Tokens travel in headers and URLs.
constexpr std::size_t token_bytes_max = 1024;

/// Why a text cannot be a token; empty when it can.
std::string token_complaint(const json::value& given) {
  const auto text = json::as_string(given);
  if (!text || text->empty() || text->size() > token_bytes_max)
    return "\"token\" must be a text of 1 to " + std::to_string(token_bytes_max) +
           " bytes; leave it out to get a fresh one";
  return {};
}

/// Reads `ttl` and `events`. Why they cannot be read; empty when they can.
std::string read_wish(const body_members& body, std::size_t ttl_max, browser_token& out) {
  const auto* ttl = body.find("ttl");
  const auto seconds = ttl ? json::as_integer(*ttl).value_or(0) : std::min(default_ttl, std::int64_t(ttl_max));
  if (seconds < 1 || static_cast<std::size_t>(seconds) > ttl_max)
    return "\"ttl\" must be an integer from 1 to " + std::to_string(ttl_max) +
           " (seconds); BROWSER_TOKEN_MAX_TTL is the limit";
  out.expires_at_ms = unix_ms() + seconds * 1000;
  const auto* events = body.find("events");
  if (!events || events->kind == json::kind::null)
    return {};
  const auto names = json::split_array(events->raw);
  if (events->kind != json::kind::array || !names || names->size() > events_max)
    return "\"events\" must be a list of at most " + std::to_string(events_max) + " names of events";
  event_filter checked;
  for (const auto& x : *names) {
    auto name = json::as_string(x).value_or("");
    if (!add_event(checked, name))
      return "\"events\" holds " + std::string{x.raw} + ", which is no name of an event";
    out.events.push_back(std::move(name));
  }
  return {};
}

} // namespace

void replace_token(const exchange_ptr& x) {
  const auto entry = admit_to_instance(*x);
  if (!entry)
    return;
  const auto* given = x->body().find("token");
  if (const auto wrong = given ? token_complaint(*given) : std::string{}; !wrong.empty())
    return x->answer(error_answer(400, wrong));
  change_instance_then(x, *entry, token_choice{x->body().text("token").value_or("")}, [](const instance_record& now) {
    const auto instance = object_writer{}.text("instanceName", now.name).text("instanceId", now.id).close();
    return json_answer(200, object_writer{}.raw("instance", instance).text("hash", now.token).close());
  });
}

void make_browser_token(const exchange_ptr& x) {
  const auto entry = admit_to_instance(*x);
  if (!entry)
    return;
  browser_token wish{entry->record->id, entry->record->name, entry->record->generation, 0, {}};
  if (const auto wrong = read_wish(x->body(), x->home().config.browser_token_max_ttl, wish); !wrong.empty())
    return x->answer(error_answer(400, wrong));
  x->answer(json_answer(201, object_writer{}
                                 .text("token", x->home().ports.tokens.sign(wish))
                                 .text("instanceName", wish.instance_name)
                                 .raw("events", wish.events.empty() ? std::string{"null"} : json_texts(wish.events))
                                 // The token says whole seconds.
                                 .text("expiresAt", iso_time(wish.expires_at_ms / 1000 * 1000))
                                 .close()));
}

} // namespace arauto::app
