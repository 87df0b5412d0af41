#pragma once

#include "actors/event.hpp"
#include "actors/idempotency.hpp"
#include "actors/interfaces.hpp"
#include "actors/offset.hpp"
#include "net/ports.hpp"

#include <caf/allowed_unsafe_message_type.hpp>

#include <memory>
#include <optional>
#include <string>
#include <vector>

/// What goes from producers to the log and back.
namespace arauto {

/// One HTTP request that brought events and waits for its answer.
struct emit_request {
  reply_slot slot;
  std::uint32_t events = 0;
  /// What of it counts once; nullptr: nothing.
  claims_ptr once{};

  /// Before its answer is on the way: what its producer sends again from now on is no longer at the same time.
  void end_claims() const noexcept {
    if (once)
      once->end();
  }
  /// Where the log has put its last event; nothing before, or when the log keeps nothing for good.
  std::optional<offset> placed{};
  /// So many of the events were in the log already.
  std::uint32_t known = 0;
};

/// The events of one I/O thread's turn for one INSTANCE.
struct emit_batch {
  std::vector<emission> events;
  /// In order; the counts add up to the number of events. Empty for events of our own.
  std::vector<emit_request> requests;
};

/// One message that the channel of an INSTANCE's kind brought; the kind makes events of it.
struct channel_message {
  std::shared_ptr<const std::string> body;
  emit_request request;
};

/// Events of one INSTANCE, to be placed.
struct append {
  instance_actor from;
  std::vector<event_ptr> events;
  std::vector<emit_request> requests;
};

/// Events in their places, in order. To an INSTANCE: its own ones; to the BROADCASTER: all.
struct committed {
  std::vector<event_ptr> events;
};

/// The log could not keep these events: nobody gets them.
struct append_failed {
  std::vector<event_ptr> events;
};

/// What the log holds of an instance goes, by its id.
struct erase_events {
  std::string instance_id;
};

/// The log's messages to itself: what was appended is due; time to look for what has to go.
struct commit_appended {};
struct purge_events {};

struct append_outcome {
  std::vector<emit_request> requests;
  /// Empty: accepted. Else why not, for humans.
  std::string failure;
  /// HTTP status of a failure.
  unsigned status = 0;
};

struct tick {};

} // namespace arauto

// None of these leaves the process, so none needs an inspect().
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(arauto::append)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(arauto::append_failed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(arauto::append_outcome)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(arauto::channel_message)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(arauto::commit_appended)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(arauto::committed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(arauto::emit_batch)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(arauto::erase_events)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(arauto::purge_events)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(arauto::tick)
