#pragma once

#include "actors/ack_collector.hpp"
#include "actors/placed.hpp"
#include "actors/protocol.hpp"
#include "actors/session_set.hpp"

#include <chrono>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace arauto {

/// An event for clients: name, arguments as JSON texts joined by commas, an attachment for each placeholder in them.
struct outgoing_event {
  std::string_view name;
  std::string_view arguments;
  std::span<const std::string> attachments{};
};

/// What the state of a namespace's actor is made from: its members, and Socket.IO's operations on them (emit, rooms,
/// acknowledgements, disconnect). An application derives its state from this and gives `room_namespace_handles` what
/// it does with events; docs/adding-an-actor.md shows one. Everything for clients goes through the HUBs of their
/// threads, so it arrives in the order of these calls, behind the CONNECT answer. Placed on one I/O unit.
class room_namespace_state {
public:
  /// `number` is this namespace's own among all that share the HUBs; `nsp` its name, with the slash.
  void begin(io_unit& unit, const room_namespace_actor& self, std::vector<hub_actor> hubs, instance_number number,
             std::string nsp);

  // -- sessions

  /// Lets a session in, into the room of its own id.
  void admit(const join& x);
  /// Lets a session in as one that is known, into those rooms.
  void admit_as(const join& x, known_session known, std::vector<std::string> rooms);
  /// `data`: JSON text of CONNECT_ERROR's `data`, or empty.
  void refuse(const join& x, std::string message, std::string data = {});
  void release(const leave& x);
  bool has(const session_actor& who) const { return sessions_.find(who) != nullptr; }
  std::size_t size() const noexcept { return sessions_.size(); }
  const std::string& nsp() const noexcept { return nsp_; }

  // -- whom to address

  target everybody() const;
  target only(const session_actor& who) const;
  target room(std::string name) const;

  // -- to clients

  void emit(target to, const outgoing_event& what, bool is_volatile = false);
  using ack_handler = std::function<void(const acks_collected&)>;
  /// Asks for acknowledgements; `then` is called once, when all have answered or the time is over.
  void ask(target to, const outgoing_event& what, std::chrono::milliseconds timeout, ack_handler then);
  /// Acknowledges a client's event, if it wants that.
  void acknowledge(const client_event& x, std::string_view arguments, std::span<const std::string> attachments = {});
  void change_rooms_of(target who, std::vector<std::string> join, std::vector<std::string> leave);
  void disconnect(target who, session_end how);
  using find_handler = std::function<void(const std::vector<found_session>&)>;
  /// Which sessions are meant, and their rooms.
  void find(target who, find_handler then);

  // -- answers to those

  void on_acks(const acks_collected& x);
  void on_found(const sessions_found& x);

private:
  struct search {
    std::size_t hubs_left = 0;
    std::vector<found_session> found;
    find_handler then;
  };

  std::vector<std::size_t> loops_of(const target& x) const;
  template <class Message>
  void tell(const std::vector<std::size_t>& loops, Message what);
  void send(target to, std::vector<frame_ptr> frames, bool is_volatile);

  io_unit* unit_ = nullptr;
  /// Weak, since the actor owns this.
  caf::actor_addr self_;
  std::vector<hub_actor> hubs_;
  instance_number number_ = 0;
  std::string nsp_;
  session_set sessions_{0};
  /// Of every packet that asks, from 0, as the reference server counts.
  std::uint64_t next_ack_ = 0;
  /// Bounded by what the application asks at a time; each ends with its deadline.
  std::map<std::uint64_t, ack_handler> asked_;
  std::uint64_t next_search_ = 0;
  /// Each ends when the HUBs have answered.
  std::map<std::uint64_t, search> searches_;
};

/// The behaviour of a namespace's actor, whose state derives from `room_namespace_state`: what it does with joins,
/// leaves and events.
template <auto OnJoin, auto OnLeave, auto OnEvent>
inline constexpr auto room_namespace_handles = handles<room_namespace_actor, OnEvent, OnJoin, OnLeave,
                                                       &room_namespace_state::on_acks, &room_namespace_state::on_found>;

} // namespace arauto
