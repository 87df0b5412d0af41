#pragma once

#include "actors/protocol.hpp"

#include <caf/abstract_actor.hpp>
#include <caf/actor_cast.hpp>
#include <caf/make_message.hpp>
#include <caf/message_id.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace arauto {

/// The sessions that an actor owns, and on which I/O threads they live. Strong handles: the owner closes them. Part of
/// its actor. Bounded by the number of connections.
class session_set {
public:
  struct member {
    session_actor who;
    std::uint16_t loop = 0;
    session_scope scope;
    /// Its id, when somebody may come back as it.
    std::string sid;
  };

  explicit session_set(std::size_t loops) : per_loop_(loops) {}

  void add(const join& x) {
    const auto sid = x.is_recoverable ? x.sid : std::string{};
    if (!members_.emplace(x.who.id(), member{x.who, x.loop, x.scope, sid}).second)
      return;
    ++per_loop_[x.loop];
    if (!sid.empty())
      by_sid_[sid] = x.who.id();
  }

  /// The member that has that id, or nullptr.
  const member* find(const std::string& sid) const {
    const auto at = by_sid_.find(sid);
    return at == by_sid_.end() ? nullptr : &members_.at(at->second);
  }

  /// The member that left, or nothing when it was none.
  bool remove(const leave& x) {
    const auto at = members_.find(x.who.id());
    if (at == members_.end())
      return false;
    if (const auto same = by_sid_.find(at->second.sid); same != by_sid_.end() && same->second == x.who.id())
      by_sid_.erase(same);
    members_.erase(at);
    --per_loop_[x.loop];
    return true;
  }

  /// Whether a session of ours lives on that I/O thread.
  bool reaches(std::size_t loop) const noexcept { return per_loop_[loop] != 0; }
  std::size_t size() const noexcept { return members_.size(); }
  const std::unordered_map<caf::actor_id, member>& members() const noexcept { return members_; }

private:
  std::unordered_map<caf::actor_id, member> members_;
  std::unordered_map<std::string, caf::actor_id> by_sid_;
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
