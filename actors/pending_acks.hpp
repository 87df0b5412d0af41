#pragma once

#include "actors/interfaces.hpp"

#include <algorithm>
#include <cstdint>
#include <deque>
#include <optional>
#include <utility>

namespace arauto {

/// Acknowledgements that one client owes, by id, and who waits for each. Bounded: at `count_max` the oldest is
/// forgotten, and its collector goes on without it. Owned by a session; I/O thread only.
class pending_acks {
public:
  static constexpr std::size_t count_max = 1000;

  /// False when an older one had to go.
  bool expect(std::uint64_t id, ack_collector_actor to) {
    waiting_.emplace_back(id, std::move(to));
    if (waiting_.size() <= count_max)
      return true;
    waiting_.pop_front();
    return false;
  }

  /// Who waits for it; nobody when the id is unknown or was answered already.
  std::optional<ack_collector_actor> take(std::uint64_t id) {
    const auto at = std::find_if(waiting_.begin(), waiting_.end(), [id](const auto& x) { return x.first == id; });
    if (at == waiting_.end())
      return std::nullopt;
    auto to = std::move(at->second);
    waiting_.erase(at);
    return to;
  }

private:
  /// In the order of their packets; clients mostly answer in it.
  std::deque<std::pair<std::uint64_t, ack_collector_actor>> waiting_;
};

} // namespace arauto
