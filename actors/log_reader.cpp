#include "actors/log_reader.hpp"

#include "actors/contained_handler.hpp"
#include "net/json.hpp"
#include "net/log.hpp"

#include <caf/send.hpp>

namespace arauto {

emitter_finder find_emitter_in(const directory_board& board, envelope_settings form) {
  return [&board, form = std::move(form)](std::string_view id, std::string_view name) {
    auto x = std::make_shared<emitter>();
    x->id = id;
    x->name = name;
    x->shows_offset = form.shows_offset;
    const auto entry = form.expose_token ? board.current()->find(name) : nullptr;
    if (entry && entry->record->id == id) {
      x->api_key_json.clear();
      json::append_string(x->api_key_json, entry->record->token);
    }
    return std::shared_ptr<const emitter>{std::move(x)};
  };
}

events_read log_reader_state::answer(const event_query& x) {
  try {
    return {std::make_shared<const event_page>(from->read(x)), {}};
  } catch (const std::exception& why) { // An answer is owed.
    log(log_level::error, name, why.what());
    return {nullptr, why.what()};
  }
}

void log_reader_state::read(const read_events& x) {
  caf::anon_send(x.who, answer(x.query));
}

log_reader_actor::behavior_type log_reader(caf::stateful_actor<log_reader_state, log_reader_actor::base>* self,
                                           event_store* store, emitter_finder find) {
  self->state.from = store->open_reader(std::move(find));
  return {on(self, &log_reader_state::read), [self](const event_query& x) { return self->state.answer(x); }};
}

} // namespace arauto
