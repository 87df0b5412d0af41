#pragma once

#include "actors/event.hpp"
#include "actors/interfaces.hpp"
#include "actors/offset.hpp"
#include "net/ports.hpp"

#include <caf/allowed_unsafe_message_type.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

/// How sessions come, get events, and go.
namespace arauto {

/// Of an id that we give: session ids are as long as those of the reference server.
inline constexpr std::size_t session_sid_characters = 20;

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

/// What a CONNECTION knows of the client that wants in, and its judge of the key. The owner decides.
struct join {
  session_actor who;
  /// Index of the I/O thread it lives on.
  std::uint16_t loop = 0;
  /// Its id, as the client knows it.
  std::string sid;
  /// Generation of the key it was let in with; the owner checks it again.
  std::uint64_t generation = 0;
  session_scope scope;
  std::vector<instance_claim> claims;
  /// Somebody may come back as this session, or it has come back: then a living one of that id ends.
  bool is_recoverable = false;
  /// `auth` of the client, JSON text of an object or empty, and its handshake: for owners that want them.
  std::string auth;
  std::shared_ptr<const handshake> shake;
};

struct leave {
  session_actor who;
  std::uint16_t loop = 0;
  /// Socket.IO's reason (its documentation, "disconnect"); static text.
  std::string_view why;
  /// The rooms it was in.
  std::vector<std::string> rooms;
  /// The id that it joined with, when somebody might have come back as it.
  std::string sid{};
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

/// An owner that keeps sessions in its own way lets one in as that.
struct known_session {
  std::string sid;
  /// What its client may come back with; empty: with nothing.
  std::string pid;
  /// Packets that its client has missed; they go out before the CONNECT answer.
  std::vector<frame_ptr> missed;
};

struct admit_session {
  session_actor who;
  /// Where it gets its events from: one list, so that they keep their order.
  list_key list;
  /// Of that list's namespace.
  std::vector<std::string> rooms;
  /// What is published from now on is behind this place.
  event_sequence position = 0;
  /// Null: as it is.
  std::shared_ptr<const known_session> as = nullptr;
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

} // namespace arauto

// None of these leaves the process, so none needs an inspect().
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(arauto::admit_session)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(arauto::close_connection)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(arauto::close_list)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(arauto::close_session)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(arauto::evict)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(arauto::join)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(arauto::leave)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(arauto::publish)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(arauto::refuse_session)
