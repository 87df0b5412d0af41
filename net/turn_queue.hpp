#pragma once

#include "net/ports.hpp"

#include <vector>

namespace arauto {

/// Tasks that wait for the end of a turn; each stands in it at most once. Owned by a loop, that thread only. Bounded
/// by the number of tasks that exist.
class turn_queue {
public:
  void push(turn_task& what) {
    if (what.queued_)
      return;
    what.queued_ = true;
    tasks_.push_back(&what);
  }

  /// Runs everything that is queued now; what the tasks queue meanwhile waits for the next call.
  void run() {
    running_.swap(tasks_);
    for (auto*& task : running_) {
      if (task == nullptr)
        continue;
      task->queued_ = false;
      task->at_turn_end();
    }
    running_.clear();
  }

  /// Forgets a task that is about to die.
  void remove(const turn_task& what) noexcept {
    if (!what.queued_)
      return;
    for (auto* list : {&tasks_, &running_})
      for (auto*& task : *list)
        if (task == &what)
          task = nullptr;
    std::erase(tasks_, nullptr);
  }

  bool empty() const noexcept { return tasks_.empty(); }

private:
  std::vector<turn_task*> tasks_;
  std::vector<turn_task*> running_;
};

} // namespace arauto
