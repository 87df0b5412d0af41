#include "app/relay_memory.hpp"

#include <algorithm>
#include <cstring>

namespace arauto::app {

std::size_t relay_memory::hash::operator()(const body_digest& x) const noexcept {
  std::size_t prefix = 0;
  std::memcpy(&prefix, x.data(), sizeof prefix);
  return prefix;
}

void relay_memory::forget_oldest() {
  known_.erase(order_.front().digest);
  order_.pop_front();
}

bool relay_memory::insert(const body_digest& x, std::chrono::steady_clock::time_point now) {
  const std::lock_guard lock{mutex_};
  while (!order_.empty() && now - order_.front().since >= window_)
    forget_oldest();
  if (known_.count(x) != 0)
    return false;
  if (order_.size() >= entries_max_)
    forget_oldest();
  known_.insert(x);
  order_.push_back({x, now});
  return true;
}

void relay_memory::erase(const body_digest& x) {
  const std::lock_guard lock{mutex_};
  if (known_.erase(x) == 0)
    return;
  // Refusals come soon after their bodies, so it stands near the end.
  const auto at = std::find_if(order_.rbegin(), order_.rend(), [&x](const entry& y) { return y.digest == x; });
  order_.erase(std::next(at).base());
}

std::size_t relay_memory::size() const {
  const std::lock_guard lock{mutex_};
  return known_.size();
}

} // namespace arauto::app
