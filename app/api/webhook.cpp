#include "app/api/object_writer.hpp"
#include "app/api/respond.hpp"
#include "app/api/routes.hpp"
#include "app/api/schema.hpp"

namespace arauto::app {

namespace {

std::string webhook_json(const instance_record& of) {
  if (!of.webhook)
    return "null";
  const auto& row = *of.webhook;
  return object_writer{}
      .text("id", row.id)
      .text("url", row.url)
      .raw("headers", row.headers.value_or("null"))
      .boolean("enabled", row.enabled)
      .raw("events", json_texts(row.events))
      .boolean("webhookByEvents", row.by_events)
      .boolean("webhookBase64", row.base64)
      .text("createdAt", iso_time(row.created_at_ms))
      .text("updatedAt", iso_time(row.updated_at_ms))
      .text("instanceId", of.id)
      .close();
}

} // namespace

void configure_webhook(const exchange_ptr& x) {
  const auto entry = admit_to_instance(*x);
  if (!entry)
    return;
  if (const auto wrong = check_webhook_set(x->body()); !wrong.empty())
    return x->answer(schema_answer(wrong));
  change_instance_then(x, *entry, read_webhook(*x->body().find("webhook")),
                       [](const instance_record& now) { return json_answer(201, webhook_json(now)); });
}

void find_webhook(const exchange_ptr& x) {
  if (const auto entry = admit_to_instance(*x))
    x->answer(json_answer(200, webhook_json(*entry->record)));
}

void take_nothing(const exchange_ptr& x) {
  if (!admit_to_instance(*x))
    return;
  const auto broker = x->asked().path().substr(1, x->asked().path().find('/', 1) - 1);
  if (const auto wrong = check_broker_set(x->body(), broker); !wrong.empty())
    return x->answer(schema_answer(wrong));
  // As recorded (rest-websocket, rabbitmq-set-disabled): a transport that is off takes settings and keeps nothing.
  x->answer(json_answer(201, {}));
}

void show_nothing(const exchange_ptr& x) {
  if (admit_to_instance(*x))
    x->answer(json_answer(200, {}));
}

} // namespace arauto::app
