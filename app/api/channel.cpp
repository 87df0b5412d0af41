#include "actors/kinds/table.hpp"
#include "app/api/object_writer.hpp"
#include "app/api/respond.hpp"
#include "app/api/routes.hpp"
#include "app/api/webhook_access.hpp"

#include <algorithm>

namespace arauto::app {

namespace {

constexpr std::string_view kind = "EVOLUTION";

/// The instance of the channel's kind with that number; of several the oldest.
directory_entry_ptr find_by_number(const directory& names, std::string_view number) {
  directory_entry_ptr found;
  for (auto& x : names.find_by_number(number))
    if (x->record->integration == kind && (!found || x->record->created_at_ms < found->record->created_at_ms))
      found = std::move(x);
  return found;
}

/// Whether the sender may post for that instance, which may be none. A key of another instance does not learn whether
/// the number exists.
bool is_admitted(exchange& x, const directory_entry_ptr& to) {
  if (x.home().config.webhook_evolution_keyless)
    return true;
  const auto owner = x.home().ports.directory.get().judge(webhook_key(x.asked()));
  return to ? owner.opens(*to) : owner.is_global;
}

/// The body as one JSON object: as it came, or made of a form.
std::shared_ptr<const std::string> message_of(exchange& x) {
  if (x.body().texts.empty())
    return std::make_shared<const std::string>(std::move(x.asked().body));
  object_writer out;
  for (const auto& member : x.body().members)
    out.raw(member.key, member.value.raw);
  return std::make_shared<const std::string>(out.close());
}

} // namespace

void take_channel_message(const exchange_ptr& x) {
  auto& home = x->home();
  const auto* given = x->body().find("numberId");
  const auto number =
      given && given->kind == json::kind::number ? std::string{given->raw} : x->body().text("numberId").value_or("");
  const auto to = number.empty() ? nullptr : find_by_number(home.ports.directory.get(), number);
  if (!is_admitted(*x, to))
    return x->answer(unauthorized_answer());
  if (!to) // As recorded (sio-events-evolution, unknown-number): no complaint, and nothing happens.
    return x->answer(json_answer(200, {}));
  await_outcome(x, [x](const emit_request&, unsigned status, std::string_view failure) {
    if (failure.empty())
      return x->answer(json_answer(200, object_writer{}.text("status", "success").close()));
    x->home().ports.own_counters.refused_emits.add();
    x->answer(status == 503 ? busy_answer(failure) : error_answer(status, failure));
  });
  if (home.ports.events.submit(*to, message_of(*x), x->where()))
    return;
  home.outcomes.forget(x->where());
  home.ports.own_counters.refused_emits.add();
  x->answer(busy_answer(too_many_events));
}

} // namespace arauto::app
