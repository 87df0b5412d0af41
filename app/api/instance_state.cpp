#include "app/api/object_writer.hpp"
#include "app/api/respond.hpp"
#include "app/api/routes.hpp"
#include "app/api/schema.hpp"

namespace arauto::app {

namespace {

constexpr std::string_view baileys = "WHATSAPP-BAILEYS";

http::response state_answer(const instance_record& of) {
  const auto state = object_writer{}.text("instanceName", of.name).text("state", of.connection_status).close();
  return json_answer(200, object_writer{}.raw("instance", state).close());
}

/// Opens a closed instance, unless its provider is elsewhere.
void open(const exchange_ptr& x) {
  const auto entry = admit_to_instance(*x);
  if (!entry)
    return;
  if (entry->record->connection_status == "open")
    return x->answer(state_answer(*entry->record));
  if (entry->record->integration == baileys)
    return x->answer(error_answer(
        400, "The \"" + entry->record->name +
                 "\" instance gets its events by the relay; connect it at the Evolution API that sends them"));
  change_instance_then(x, *entry, status_choice{"open"}, state_answer);
}

} // namespace

void show_connection_state(const exchange_ptr& x) {
  if (const auto entry = admit_to_instance(*x))
    x->answer(state_answer(*entry->record));
}

void connect_one(const exchange_ptr& x) {
  open(x);
}

void restart_one(const exchange_ptr& x) {
  open(x);
}

void set_presence(const exchange_ptr& x) {
  const auto entry = admit_to_instance(*x);
  if (!entry)
    return;
  if (const auto wrong = check_presence(x->body()); !wrong.empty())
    return x->answer(schema_answer(wrong));
  x->answer(error_answer(400, entry->record->integration == "EVOLUTION"
                                  ? "Method not available on Evolution Channel"
                                  : "Method not available: this server sends nothing to a provider"));
}

void log_out_one(const exchange_ptr& x) {
  const auto entry = admit_to_instance(*x);
  if (!entry)
    return;
  if (entry->record->connection_status == "close")
    return x->answer(error_answer(400, "The \"" + entry->record->name + "\" instance is not connected"));
  change_instance_then(x, *entry, status_choice{"close"},
                       [](const instance_record&) { return success_answer("Instance logged out"); });
}

} // namespace arauto::app
