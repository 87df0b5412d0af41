#include "app/api/object_writer.hpp"
#include "app/api/respond.hpp"
#include "app/api/routes.hpp"
#include "app/api/schema.hpp"

namespace arauto::app {

std::string websocket_json(const instance_record& of) {
  if (!of.websocket)
    return "null";
  const auto& row = *of.websocket;
  object_writer out;
  out.text("id", row.id)
      .boolean("enabled", row.enabled)
      .raw("events", json_texts(row.events))
      .text("createdAt", iso_time(row.created_at_ms))
      .text("updatedAt", iso_time(row.updated_at_ms))
      .text("instanceId", of.id);
  // Members that Evolution does not have are shown when they say something.
  if (!row.keeps_events)
    out.boolean("log", false);
  if (row.recovery)
    out.boolean("recovery", *row.recovery);
  return out.close();
}

void configure_websocket(const exchange_ptr& x) {
  const auto entry = admit_to_instance(*x);
  if (!entry)
    return;
  if (const auto wrong = check_websocket_set(x->body()); !wrong.empty())
    return x->answer(schema_answer(wrong));
  if (!x->home().config.websocket_enabled)
    return x->answer(error_answer(400, "The websocket is switched off: WEBSOCKET_ENABLED is not true"));
  change_instance_then(x, *entry, read_websocket(*x->body().find("websocket")),
                       [](const instance_record& now) { return json_answer(201, websocket_json(now)); });
}

void find_websocket(const exchange_ptr& x) {
  const auto entry = admit_to_instance(*x);
  if (!entry)
    return;
  // As recorded (websocket-off): a transport that is off shows nothing, not even null.
  x->answer(json_answer(200, x->home().config.websocket_enabled ? websocket_json(*entry->record) : std::string{}));
}

} // namespace arauto::app
