#pragma once

#include "actors/dispatch_lists.hpp"
#include "actors/placed.hpp"
#include "actors/protocol.hpp"

namespace arauto {

/// The dispatcher of one I/O thread: brings a batch of events to the sessions of its lists. Owns nothing; the lists
/// belong to the thread and are shared with its sessions. Order: a list gets its batches in the order of their owner's
/// messages.
struct hub_state {
  static constexpr const char* name = "hub";

  void admit(const admit_session& x);
  void publish_groups(const publish& x);
  void send(const broadcast& x);
  void change(const change_rooms& x);
  void disconnect(const disconnect_sessions& x);
  void find(const find_sessions& x);
  void close_members(const close_list& x);
  void evict_list(const evict& x);

  dispatch_lists* lists = nullptr;

private:
  /// The sessions of this thread that are meant, each once; they stay while the handles do.
  std::vector<session_actor> sessions_of(const target& x) const;
};

behaviour<hub_state> hub(placed_actor<hub_actor, hub_state>* self, dispatch_lists* lists);

} // namespace arauto
