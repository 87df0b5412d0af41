#pragma once

#include "actors/directory.hpp"
#include "actors/log_board.hpp"
#include "actors/protocol.hpp"
#include "app/browser_tokens.hpp"
#include "app/relay_memory.hpp"
#include "net/counters.hpp"
#include "net/http/message.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace arauto::app {

/// The way to the REGISTRY for administration. I/O thread only; `then` is called on the same thread, later, exactly
/// once: also when the REGISTRY does not answer in time (refusal `no_answer`).
class administration {
public:
  virtual ~administration() = default;
  using answer_handler = std::function<void(const instance_answer&)>;
  virtual void create(create_instance what, answer_handler then) = 0;
  virtual void remove(delete_instance what, answer_handler then) = 0;
  virtual void change(change_instance what, answer_handler then) = 0;
};

/// The way of events to their INSTANCE. I/O thread only.
class event_intake {
public:
  virtual ~event_intake() = default;
  /// Takes all events of one request, or none: false means too much is under way already (503, Retry-After). The
  /// answer comes through `emit_answers`. `once`: what of them counts once, or nullptr.
  virtual bool submit(const directory_entry& to, std::vector<emission> events, reply_slot where, claims_ptr once) = 0;
  /// The same for a message of the channel of that instance's kind.
  virtual bool submit(const directory_entry& to, std::shared_ptr<const std::string> message, reply_slot where) = 0;
};

/// Where the intake says how requests ended. I/O thread only.
class emit_answers {
public:
  virtual ~emit_answers() = default;
  /// `failure` is empty when the events were accepted; else `status` and the reason.
  virtual void answered(const emit_request& request, unsigned status, std::string_view failure) = 0;
};

/// What the EVENT LOG keeps, for those who ask by HTTP. I/O thread only.
class event_history {
public:
  virtual ~event_history() = default;
  virtual log_board::view places() const = 0;
  /// Why no events are taken, as a sentence; empty: they are.
  virtual std::string failure() const = 0;
  using page_handler = std::function<void(const events_read&)>;
  /// Reads one page; `then` gets it, or why there is none, later on the same thread, exactly once. False: too many
  /// pages are under way, and `then` is not called.
  virtual bool read(event_query what, page_handler then) = 0;
};

/// What the API of one I/O thread stands on.
struct api_ports {
  http::responder& answers;
  directory_view& directory;
  administration& admin;
  event_intake& events;
  const browser_tokens& tokens;
  relay_memory& relayed;
  /// Counters of all I/O threads, for `/metrics`; own ones are at `own_counters`.
  std::vector<const io_counters*> counters;
  io_counters& own_counters;
  /// Nullptr: no log keeps events.
  event_history* history = nullptr;
};

} // namespace arauto::app
