#pragma once

#include "actors/event.hpp"
#include "actors/record.hpp"
#include "actors/record_change.hpp"
#include "net/ports.hpp"

#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/typed_actor.hpp>

#include <string>
#include <variant>
#include <vector>

/// Every message and every typed interface: the table of contents of the product. Comments write actors in capitals.
namespace arauto {

struct admit_session;
struct append;
struct append_outcome;
struct broadcast_client_event;
struct change_instance;
struct channel_message;
struct close_list;
struct close_session;
struct close_connection;
struct committed;
struct configure_instance;
struct create_instance;
struct delete_instance;
struct emit_batch;
struct evict;
struct forget_instance;
struct instance_answer;
struct join;
struct leave;
struct publish;
struct refuse_session;
struct relay_client_event;
struct retire_instance;
struct tick;

/// One CONNECTION's membership of one namespace. Light; lives on its socket's I/O thread.
using session_actor = caf::typed_actor<
    // The owner says no: CONNECT_ERROR.
    caf::reacts_to<refuse_session>,
    // The owner ends it: DISCONNECT.
    caf::reacts_to<close_session>>;

/// One client: an Engine.IO connection and its SESSIONS. Light; lives on its socket's I/O thread.
using connection_actor = caf::typed_actor<
    // Ends it with an Engine.IO close, so the client reconnects.
    caf::reacts_to<close_connection>>;

/// The dispatcher of one I/O thread. Owns nothing; keeps the lists of sessions by namespace.
using hub_actor = caf::typed_actor<
    // The owner granted a join: from now on the session gets what is published to its list.
    caf::reacts_to<admit_session>,
    // A batch of events for one list.
    caf::reacts_to<publish>,
    // A client's event for the other sessions of a namespace.
    caf::reacts_to<broadcast_client_event>,
    // The sessions of a list end, after what was published to it before.
    caf::reacts_to<close_list>,
    // The owner of a list died: its clients have to reconnect.
    caf::reacts_to<evict>>;

/// The producers' side of one I/O thread: collects emits per turn, hands answers back to HTTP.
using intake_actor = caf::typed_actor<
    // The log has placed, or an instance has refused, the events of these requests.
    caf::reacts_to<append_outcome>>;

/// One emitter. Validates, encodes, owns its sessions on "/name".
using instance_actor = caf::typed_actor<
    // Events of producers, in order.
    caf::reacts_to<emit_batch>,
    // A message of the channel that the kind speaks for.
    caf::reacts_to<channel_message>,
    // The log placed this instance's events: they go to its namespace.
    caf::reacts_to<committed>,
    // A SESSION wants in.
    caf::reacts_to<join>,
    // A SESSION has ended.
    caf::reacts_to<leave>,
    // A client's event for the others of the namespace.
    caf::reacts_to<relay_client_event>,
    // Its record changed.
    caf::reacts_to<configure_instance>,
    // It was deleted: says so, closes its sessions, and ends when the last handle is gone.
    caf::reacts_to<retire_instance>,
    // SYNTHETIC only: time for an event.
    caf::reacts_to<tick>>;

/// Gives every event its place in the one sequence.
using event_log_actor = caf::typed_actor<caf::reacts_to<append>>;

/// Every event of every instance; owns the sessions on "/".
using broadcaster_actor = caf::typed_actor<caf::reacts_to<committed>, caf::reacts_to<join>, caf::reacts_to<leave>,
                                           // An instance has a new token: sessions that came with the old one end.
                                           caf::reacts_to<forget_instance>>;

/// Names, ids, tokens and kinds of all instances; spawns and supervises them; the only writer of the DIRECTORY.
using registry_actor = caf::typed_actor<caf::replies_to<create_instance>::with<instance_answer>,
                                        caf::replies_to<delete_instance>::with<instance_answer>,
                                        caf::replies_to<change_instance>::with<instance_answer>>;

// -- producers ----------------------------------------------------------------------------------------------------

/// One HTTP request that brought events and waits for its answer.
struct emit_request {
  reply_slot slot;
  std::uint32_t events = 0;
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

struct append_outcome {
  std::vector<emit_request> requests;
  /// Empty: accepted. Else why not, for humans.
  std::string failure;
  /// HTTP status of a failure.
  unsigned status = 0;
};

struct tick {};

// -- sessions -----------------------------------------------------------------------------------------------------

/// Whose events a session on "/" may see.
struct session_scope {
  /// Came with the global key.
  bool is_global = false;
  /// Else the instances whose token it came with.
  std::vector<instance_number> instances;
};

/// A key that let a session in, for the owner of "/" to check again: it counts while the instance is still that one.
struct instance_claim {
  std::string name;
  instance_number number = 0;
  std::uint64_t generation = 0;
};

struct join {
  session_actor who;
  /// Index of the I/O thread it lives on.
  std::uint16_t loop = 0;
  /// Generation of the key it was let in with; the owner checks it again.
  std::uint64_t generation = 0;
  session_scope scope;
  std::vector<instance_claim> claims;
};

struct leave {
  session_actor who;
  std::uint16_t loop = 0;
};

struct refuse_session {
  std::string message;
  /// JSON text of `data`, may be empty.
  std::string data;
};

struct close_session {};

struct close_connection {};

/// Which dispatch list: a namespace "/name" by its instance, all of "/", or the part of "/" that wants one instance.
struct list_key {
  enum class part : std::uint8_t { own_namespace, root_all, root_one };
  part which = part::own_namespace;
  instance_number instance = 0;
  friend bool operator==(const list_key&, const list_key&) = default;
};

struct admit_session {
  session_actor who;
  std::vector<list_key> lists;
};

/// Events for one list, in order.
struct publication_group {
  list_key list;
  std::vector<publication_ptr> events;
};

struct publish {
  std::vector<publication_group> groups;
};

struct close_list {
  list_key list;
};

struct evict {
  list_key list;
};

/// Sent by a client; encoded once for all receivers.
struct relay_client_event {
  session_actor from;
  std::shared_ptr<const std::vector<frame_ptr>> frames;
};

struct broadcast_client_event {
  list_key list;
  session_actor except;
  std::shared_ptr<const std::vector<frame_ptr>> frames;
};

// -- administration -----------------------------------------------------------------------------------------------

/// Everything but ids and times is given; an empty token gets a fresh one.
struct create_instance {
  instance_record record;
};

/// The id says which one is meant: between look-up and deletion another may have taken the name.
struct delete_instance {
  std::string name;
  std::string id;
};

struct change_instance {
  std::string name;
  std::string id;
  record_change what;
};

struct configure_instance {
  std::shared_ptr<const instance_record> record;
};

struct retire_instance {
  /// It never was announced: its creation failed.
  bool is_abandoned = false;
};

struct forget_instance {
  instance_number instance = 0;
};

enum class refusal { not_found, name_taken, token_taken, limit_reached, storage_failure, no_answer };

/// The record after the change, or why nothing changed.
struct instance_answer {
  std::shared_ptr<const instance_record> record;
  refusal why = refusal::not_found;
  std::string reason;
};

} // namespace arauto

// None of these leaves the process, so none needs an inspect().
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(arauto::admit_session)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(arauto::append)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(arauto::append_outcome)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(arauto::broadcast_client_event)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(arauto::change_instance)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(arauto::channel_message)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(arauto::close_list)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(arauto::close_session)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(arauto::close_connection)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(arauto::committed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(arauto::configure_instance)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(arauto::create_instance)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(arauto::delete_instance)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(arauto::emit_batch)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(arauto::evict)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(arauto::forget_instance)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(arauto::instance_answer)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(arauto::join)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(arauto::leave)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(arauto::publish)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(arauto::refuse_session)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(arauto::relay_client_event)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(arauto::retire_instance)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(arauto::tick)
