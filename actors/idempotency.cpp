#include "actors/idempotency.hpp"

#include "actors/directory.hpp"

#include <algorithm>

namespace arauto {

claim_digest claim_digest::of(std::string_view text) noexcept {
  const auto whole = key_digest::of(text);
  claim_digest half;
  std::copy_n(whole.bytes.begin(), half.bytes.size(), half.bytes.begin());
  return half;
}

namespace {

bool is_over(const std::weak_ptr<const claim_set>& x) {
  const auto held = x.lock();
  return !held || held->is_over();
}

} // namespace

bool running_claims::enter(const claims_ptr& x) {
  const auto runs = [this](const claim& one) {
    const auto at = running_.find(one.key);
    return at != running_.end() && !is_over(at->second);
  };
  if (std::any_of(x->all().begin(), x->all().end(), runs))
    return false;
  if (running_.size() >= look_at_)
    forget_ended();
  for (const auto& one : x->all())
    running_.insert_or_assign(one.key, x);
  return true;
}

/// Now and then, so that it costs little for each.
void running_claims::forget_ended() {
  std::erase_if(running_, [](const auto& x) { return is_over(x.second); });
  look_at_ = std::max<std::size_t>(64, running_.size() * 2);
}

} // namespace arauto
