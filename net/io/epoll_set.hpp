#pragma once

#include "net/io/descriptor.hpp"

#include <array>
#include <cstddef>
#include <sys/epoll.h>
#include <vector>

namespace arauto::io {

/// What has changed about a descriptor.
struct readiness {
  bool input = false;
  bool output = false;
  /// The peer has ended its half, or the socket is broken: reading tells which.
  bool end = false;
};

/// Who owns a watched descriptor. I/O thread only.
class watched {
public:
  virtual ~watched() = default;
  /// Told of changes only: whoever leaves bytes unread has to remember that. Must not throw.
  virtual void on_ready(readiness what) = 0;

private:
  friend class epoll_set;
  bool is_revisited_ = false;
};

/// The descriptors of one I/O thread (epoll(7), edge-triggered): each is registered once for everything, and never
/// again while it lives. Bounded by the number of descriptors.
class epoll_set {
public:
  /// Throws std::system_error when the kernel has no room.
  epoll_set();

  /// Watches a descriptor from now on; what is so already counts as changed. False: the kernel has no room. Any thread.
  bool add(int descriptor, watched& who) noexcept;
  /// The descriptor is watched no more, and stays open.
  void remove(int descriptor, watched& who) noexcept;
  /// The descriptor is about to be closed, which removes it: what was found of it is forgotten.
  void forget(watched& who) noexcept;
  /// Has `who` called in the next round, as if there were input.
  void revisit(watched& who);

  /// Looks what has changed, when everything that was found before is handled; waits so long for it (-1: as long as it
  /// takes), but not when somebody is to be revisited.
  void look(int timeout_ms);
  /// Tells the next one of its change; false when nothing is left.
  bool tell_one();
  bool has_told_all() const noexcept { return next_ == found_.size(); }

  /// Wakes the thread that waits in `look`. Any thread.
  void wake() noexcept;

private:
  struct found {
    watched* who;
    readiness what;
  };

  descriptor set_;
  /// Written to by those who wake the thread (eventfd(2)).
  descriptor bell_;
  /// By the last look; nobody where it was forgotten.
  std::vector<found> found_;
  std::size_t next_ = 0;
  std::vector<watched*> revisited_;
  std::array<epoll_event, 256> events_{};
};

} // namespace arauto::io
