#pragma once

#include "actors/interfaces.hpp"
#include "actors/messages/sessions.hpp"
#include "net/frame.hpp"

#include <caf/allowed_unsafe_message_type.hpp>

#include <memory>
#include <optional>
#include <string>
#include <vector>

/// Socket.IO packets between clients and the owner of their namespace: events, acknowledgements, rooms.
namespace arauto {

/// JSON texts joined by commas, with a placeholder for each attachment.
struct packet_content {
  std::string arguments;
  std::vector<std::string> attachments;
};

/// A client sent an EVENT or BINARY_EVENT.
struct client_event {
  session_actor from;
  std::uint16_t loop = 0;
  std::string name;
  std::shared_ptr<const packet_content> content;
  /// The client wants an acknowledgement.
  std::optional<std::uint64_t> ack_id;
};

/// Some sessions of one namespace (protocol text, section 7): those of any of the rooms, or all when none is named,
/// each once, without those that are in an excepted room.
struct target {
  /// All sessions of the namespace.
  list_key list;
  std::vector<std::string> rooms;
  std::vector<std::string> except;
  /// Only this one; rooms count all the same.
  session_actor only;
  /// Everybody but this one.
  session_actor except_session;
};

/// An acknowledgement that a packet asks for.
struct awaited_ack {
  std::uint64_t id = 0;
  ack_collector_actor to;
};

/// One packet, encoded once, with its attachments.
struct broadcast {
  target to;
  std::shared_ptr<const std::vector<frame_ptr>> frames;
  /// Not for a client whose transport takes nothing now.
  bool is_volatile = false;
  std::optional<awaited_ack> ack;
};

struct change_rooms {
  target who;
  std::vector<std::string> join;
  std::vector<std::string> leave;
};

/// How a session is ended from the server's side (protocol text, section 5).
enum class session_end {
  /// DISCONNECT: this membership only; final for the client.
  membership,
  /// DISCONNECT for all namespaces of the client, then the Engine.IO connection ends.
  client,
  /// The Engine.IO connection ends without a word: the client comes again.
  connection
};

struct disconnect_sessions {
  target who;
  session_end how = session_end::membership;
};

struct find_sessions {
  target who;
  room_namespace_actor reply_to;
  /// Comes back with the answer.
  std::uint64_t token = 0;
};

struct found_session {
  session_actor who;
  std::string sid;
  std::vector<std::string> rooms;
};

/// From each HUB that was asked.
struct sessions_found {
  std::uint64_t token = 0;
  std::vector<found_session> sessions;
};

struct client_ack {
  session_actor from;
  std::shared_ptr<const packet_content> content;
};

struct ack_expected {
  std::size_t sessions = 0;
};

struct ack_deadline {};

struct acks_collected {
  /// What the question was given.
  std::uint64_t token = 0;
  /// Not everybody has answered.
  bool has_timed_out = false;
  /// In the order they came.
  std::vector<client_ack> answers;
};

} // namespace arauto

// None of these leaves the process, so none needs an inspect().
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(arauto::ack_deadline)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(arauto::ack_expected)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(arauto::acks_collected)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(arauto::broadcast)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(arauto::change_rooms)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(arauto::client_ack)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(arauto::client_event)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(arauto::disconnect_sessions)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(arauto::find_sessions)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(arauto::sessions_found)
