#pragma once

#include "actors/protocol.hpp"

#include <caf/abstract_actor.hpp>
#include <caf/actor_cast.hpp>
#include <caf/make_message.hpp>
#include <caf/message_id.hpp>

#include <cstdint>
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
  };

  explicit session_set(std::size_t loops) : per_loop_(loops) {}

  void add(const join& x) {
    if (members_.emplace(x.who.id(), member{x.who, x.loop, x.scope}).second)
      ++per_loop_[x.loop];
  }

  /// The member that left, or nothing when it was none.
  bool remove(const leave& x) {
    const auto gone = members_.erase(x.who.id()) == 1;
    if (gone)
      --per_loop_[x.loop];
    return gone;
  }

  /// Whether a session of ours lives on that I/O thread.
  bool reaches(std::size_t loop) const noexcept { return per_loop_[loop] != 0; }
  std::size_t size() const noexcept { return members_.size(); }
  const std::unordered_map<caf::actor_id, member>& members() const noexcept { return members_; }

private:
  std::unordered_map<caf::actor_id, member> members_;
  std::vector<std::uint32_t> per_loop_;
};

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
