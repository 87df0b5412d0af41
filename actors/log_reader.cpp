#include "actors/log_reader.hpp"

#include "net/json.hpp"
#include "net/log.hpp"

#include <caf/send.hpp>

namespace arauto {

emitter_finder find_emitter_in(const directory_board& board, bool expose_token) {
  return [&board, expose_token](std::string_view id, std::string_view name) {
    auto x = std::make_shared<emitter>();
    x->id = id;
    x->name = name;
    if (const auto entry = expose_token ? board.current()->find(name) : nullptr; entry && entry->record->id == id) {
      x->api_key_json.clear();
      json::append_string(x->api_key_json, entry->record->token);
    }
    return std::shared_ptr<const emitter>{std::move(x)};
  };
}

void log_reader_state::read(const read_events& x) {
  events_read answer;
  try {
    answer.page = std::make_shared<const event_page>(from->read(x.query));
  } catch (const store_failure& why) {
    log(log_level::error, name, why.what());
    answer.failure = why.what();
  }
  caf::anon_send(x.who, std::move(answer));
}

log_reader_actor::behavior_type log_reader(caf::stateful_actor<log_reader_state, log_reader_actor::base>* self,
                                           event_store* store, emitter_finder find) {
  self->state.from = store->open_reader(std::move(find));
  return {on(self, &log_reader_state::read)};
}

} // namespace arauto
