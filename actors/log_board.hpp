#pragma once

#include "actors/event_store.hpp"

#include <memory>
#include <mutex>
#include <string>

namespace arauto {

/// What everybody may know of the EVENT LOG: written by it, read by any thread. Without a log that keeps events it
/// stays empty: no place, no offsets.
class log_board {
public:
  struct view {
    /// The last event that was committed.
    event_sequence last = 0;
    /// Nullptr: nothing is kept.
    log_extent_ptr extent;
  };

  view current() const {
    const std::lock_guard lock{mutex_};
    return now_;
  }
  void note_commit(event_sequence last, log_extent_ptr extent) {
    const std::lock_guard lock{mutex_};
    now_ = {last, std::move(extent)};
  }

  /// Why events cannot be taken; empty: they can.
  std::string failure() const {
    const std::lock_guard lock{mutex_};
    return failure_;
  }
  /// Whether that changes from one to the other.
  bool note_failure(const std::string& why) {
    const std::lock_guard lock{mutex_};
    const auto changes = failure_.empty() != why.empty();
    failure_ = why;
    return changes;
  }

private:
  mutable std::mutex mutex_;
  view now_;
  std::string failure_;
};

} // namespace arauto
