#pragma once

#include "actors/protocol.hpp"

#include <boost/unordered/unordered_flat_map.hpp>
#include <boost/unordered/unordered_flat_set.hpp>
#include <caf/abstract_actor.hpp>
#include <caf/actor_cast.hpp>
#include <caf/make_message.hpp>
#include <caf/message_id.hpp>

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace arauto {

/// The sessions that an actor owns, and on which I/O threads they live. Strong handles: the owner closes them. Part of
/// its actor. Bounded by the number of connections.
class session_set {
public:
  struct member {
    session_actor who;
    std::uint16_t loop = 0;
  };
  /// Finds a member by its actor; looks at no session, since they are in use by their threads.
  struct by_actor {
    using is_transparent = void;
    using pointer = const caf::abstract_actor*;
    static pointer key(pointer x) noexcept { return x; }
    static pointer key(const session_actor& x) noexcept { return caf::actor_cast<caf::abstract_actor*>(x); }
    static pointer key(const member& x) noexcept { return key(x.who); }
    std::size_t operator()(const auto& x) const noexcept { return std::hash<pointer>{}(key(x)); }
    bool operator()(const auto& a, const auto& b) const noexcept { return key(a) == key(b); }
  };
  using members_type = boost::unordered_flat_set<member, by_actor, by_actor>;

  explicit session_set(std::size_t loops) : per_loop_(loops) {}

  /// False: it is a member already.
  bool add(const join& x);
  /// False: it is none.
  bool remove(const leave& x);

  /// The member that joined with that id as one whose client may come back, or nullptr.
  const member* find(std::string_view sid) const noexcept;
  const member* find(const session_actor& who) const noexcept;

  /// Whether a session of ours lives on that I/O thread.
  bool reaches(std::size_t loop) const noexcept { return per_loop_[loop] != 0; }
  std::size_t size() const noexcept { return members_.size(); }
  const members_type& members() const noexcept { return members_; }

private:
  using sid_key = std::array<char, session_sid_characters>;
  /// Nothing when it has another length: then nobody comes back with it.
  static std::optional<sid_key> key_of(std::string_view sid) noexcept;

  members_type members_;
  boost::unordered_flat_map<sid_key, by_actor::pointer> by_sid_;
  std::vector<std::uint32_t> per_loop_;
};

/// Somebody comes back as a session that has not noticed yet that its client is gone: that one ends, the newest wins.
void end_predecessor(const std::vector<hub_actor>& hubs, const session_set& sessions, const join& x);

/// Logs events that go out to sessions, for those who switched `WEBSOCKET` on in `LOG_LEVEL`.
void log_publication(const char* who, std::string_view nsp, const publication_group& what, std::size_t sessions);

/// Sends one message to the HUBs of all I/O threads on which the set has sessions; its content is shared, not copied.
template <class Message>
void send_to_hubs(const std::vector<hub_actor>& hubs, const session_set& sessions, Message what) {
  const auto shared = caf::make_message(std::move(what));
  for (std::size_t i = 0; i < hubs.size(); ++i)
    if (sessions.reaches(i))
      caf::actor_cast<caf::abstract_actor*>(hubs[i])->enqueue(nullptr, caf::make_message_id(), shared, nullptr);
}

} // namespace arauto
