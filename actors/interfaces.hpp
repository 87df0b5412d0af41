#pragma once

#include <caf/typed_actor.hpp>

/// Every typed interface: who hears what. The messages are in actors/messages. Comments write actors in capitals.
namespace arauto {

struct ack_deadline;
struct ack_expected;
struct acks_collected;
struct admit_session;
struct append;
struct append_failed;
struct append_outcome;
struct broadcast;
struct change_instance;
struct change_rooms;
struct channel_message;
struct client_ack;
struct client_event;
struct close_list;
struct close_session;
struct close_connection;
struct commit_appended;
struct committed;
struct configure_instance;
struct create_instance;
struct delete_instance;
struct disconnect_sessions;
struct emit_batch;
struct erase_events;
struct event_query;
struct events_read;
struct evict;
struct find_sessions;
struct forget_instance;
struct instance_answer;
struct join;
struct leave;
struct publish;
struct purge_events;
struct read_events;
struct refuse_session;
struct retire_instance;
struct sessions_found;
struct tick;

/// One CONNECTION's membership of one namespace. Light; lives on its socket's I/O thread.
using session_actor = caf::typed_actor<
    // The owner says no: CONNECT_ERROR.
    caf::reacts_to<refuse_session>,
    // The owner ends it: DISCONNECT.
    caf::reacts_to<close_session>,
    // A page of the log that it asked for.
    caf::reacts_to<events_read>>;

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
    // A packet for sessions of a namespace.
    caf::reacts_to<broadcast>,
    // Sessions join and leave rooms.
    caf::reacts_to<change_rooms>,
    // Sessions are to be ended.
    caf::reacts_to<disconnect_sessions>,
    // Which sessions are there: answered with sessions_found.
    caf::reacts_to<find_sessions>,
    // The sessions of a list end, after what was published to it before.
    caf::reacts_to<close_list>,
    // The owner of a list died: its clients have to reconnect.
    caf::reacts_to<evict>>;

/// The producers' side of one I/O thread: collects emits per turn, hands answers back to HTTP.
using intake_actor = caf::typed_actor<
    // The log has placed, or an instance has refused, the events of these requests.
    caf::reacts_to<append_outcome>>;

/// Owner of the sessions of one namespace: all that a SESSION knows of it. An actor with these handlers, and any more,
/// can own a namespace.
using namespace_actor = caf::typed_actor<
    // A SESSION wants in.
    caf::reacts_to<join>,
    // A SESSION has ended.
    caf::reacts_to<leave>,
    // A client sent an event.
    caf::reacts_to<client_event>>;

/// Owner of a namespace with rooms and acknowledgements, as applications write them (actors/room_namespace.hpp).
using room_namespace_actor = namespace_actor::extend<
    // The clients that were asked have answered, or their time is over.
    caf::reacts_to<acks_collected>,
    // What a HUB found.
    caf::reacts_to<sessions_found>>;

/// Collects the acknowledgements of one packet, tells who asked, and ends.
using ack_collector_actor = caf::typed_actor<
    // A HUB has sent the packet to that many sessions.
    caf::reacts_to<ack_expected>,
    // A client has answered.
    caf::reacts_to<client_ack>,
    // Nobody waits any longer.
    caf::reacts_to<ack_deadline>>;

/// One emitter. Validates, encodes, owns its sessions on "/name".
using instance_actor = caf::typed_actor<
    // Events of producers, in order.
    caf::reacts_to<emit_batch>,
    // A message of the channel that the kind speaks for.
    caf::reacts_to<channel_message>,
    // The log placed this instance's events: they go to its namespace.
    caf::reacts_to<committed>,
    // The log could not keep them.
    caf::reacts_to<append_failed>,
    // A SESSION wants in.
    caf::reacts_to<join>,
    // A SESSION has ended.
    caf::reacts_to<leave>,
    // A client's event for the others of the namespace.
    caf::reacts_to<client_event>,
    // Its record changed.
    caf::reacts_to<configure_instance>,
    // It was deleted: says so, closes its sessions, and ends when the last handle is gone.
    caf::reacts_to<retire_instance>,
    // SYNTHETIC only: time for an event.
    caf::reacts_to<tick>>;

/// Gives every event its place in the one sequence, and keeps it.
using event_log_actor = caf::typed_actor<caf::reacts_to<append>,
                                         // An instance was deleted.
                                         caf::reacts_to<erase_events>>;

/// Reads the log: for sessions that missed something, and for those who ask for a page of it.
using log_reader_actor = caf::typed_actor<caf::reacts_to<read_events>, caf::replies_to<event_query>::with<events_read>>;

/// Every event of every instance; owns the sessions on "/".
using broadcaster_actor = caf::typed_actor<caf::reacts_to<committed>, caf::reacts_to<join>, caf::reacts_to<leave>,
                                           // None comes: clients are not heard on "/".
                                           caf::reacts_to<client_event>,
                                           // An instance has a new token: sessions that came with the old one end.
                                           caf::reacts_to<forget_instance>>;

/// Names, ids, tokens and kinds of all instances; spawns and supervises them; the only writer of the DIRECTORY.
using registry_actor = caf::typed_actor<caf::replies_to<create_instance>::with<instance_answer>,
                                        caf::replies_to<delete_instance>::with<instance_answer>,
                                        caf::replies_to<change_instance>::with<instance_answer>>;

} // namespace arauto
