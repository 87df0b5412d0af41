#pragma once

#include "actors/directory.hpp"
#include "actors/event_store.hpp"
#include "actors/instance.hpp"
#include "actors/messages/replay.hpp"

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <memory>

namespace arauto {

/// Who an event of the log comes from: its instance as it is now, with its token in the envelope if that is wanted.
emitter_finder find_emitter_in(const directory_board& board, envelope_settings form);

/// Reads the log for whoever missed something: page by page, so that a reader of a million events delays nobody for
/// longer than a page takes. Runs on a thread of its own, beside the log's. Its mailbox holds one request for each
/// session that is behind, and what the history's askers may have under way.
struct log_reader_state {
  static constexpr const char* name = "log_reader";

  void read(const read_events& x);
  events_read answer(const event_query& x);

  std::unique_ptr<event_reader> from;
};

log_reader_actor::behavior_type log_reader(caf::stateful_actor<log_reader_state, log_reader_actor::base>* self,
                                           event_store* store, emitter_finder find);

} // namespace arauto
