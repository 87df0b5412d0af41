#include "net/io/timer_wheel.hpp"

#include <algorithm>
#include <bit>

namespace arauto {

// -- ring -------------------------------------------------------------------------------------------------------------

timer_wheel::ring::ring() noexcept {
  for (auto& x : slots_)
    x.next_ = x.previous_ = &x;
}

timer_wheel::ring::~ring() {
  for (auto& x : slots_)
    while (x.next_ != &x)
      static_cast<timer*>(x.next_)->unlink();
}

void timer_wheel::ring::link(std::int64_t at, timer& what) noexcept {
  const auto index = static_cast<std::size_t>(at) % slot_count;
  auto& where = slots_[index];
  what.next_ = &where;
  what.previous_ = where.previous_;
  where.previous_->next_ = &what;
  where.previous_ = &what;
  occupied_[index / 64] |= std::uint64_t{1} << (index % 64);
}

void timer_wheel::ring::take(std::int64_t at, slot& out) noexcept {
  const auto index = static_cast<std::size_t>(at) % slot_count;
  occupied_[index / 64] &= ~(std::uint64_t{1} << (index % 64));
  auto& from = slots_[index];
  out.next_ = out.previous_ = &out;
  if (from.next_ == &from)
    return;
  out.next_ = from.next_;
  out.previous_ = from.previous_;
  out.next_->previous_ = out.previous_->next_ = &out;
  from.next_ = from.previous_ = &from;
}

std::optional<std::int64_t> timer_wheel::ring::find(std::int64_t at, std::int64_t end) const noexcept {
  for (std::int64_t seen = 0; seen < end;) {
    const auto index = static_cast<std::size_t>(at + seen) % slot_count;
    const auto word = occupied_[index / 64] >> (index % 64);
    const auto distance = seen + std::countr_zero(word);
    if (word != 0)
      return distance < end ? std::optional{distance} : std::nullopt;
    seen += 64 - static_cast<std::int64_t>(index % 64);
  }
  return std::nullopt;
}

// -- timer_wheel ------------------------------------------------------------------------------------------------------

timer_wheel::timer_wheel(std::int64_t now_ms) : now_ms_{now_ms} {}

timer_wheel::~timer_wheel() = default;

void timer_wheel::arm(timer& what, std::int64_t deadline_ms) noexcept {
  what.unlink();
  what.deadline_ = std::max(deadline_ms, now_ms_ + 1);
  link(what);
}

void timer_wheel::disarm(timer& what) noexcept {
  what.unlink();
}

void timer_wheel::link(timer& what) noexcept {
  const auto block = what.deadline_ / block_ms;
  if (block == now_ms_ / block_ms)
    near_.link(what.deadline_, what);
  else
    far_.link(block, what);
}

void timer_wheel::begin_block() {
  slot all;
  far_.take(now_ms_ / block_ms, all);
  while (all.next_ != &all) {
    auto& x = static_cast<timer&>(*all.next_);
    x.unlink();
    link(x); // Back into the same slot when its block is one of a later round.
  }
}

void timer_wheel::fire() {
  // The list stands in a place of its own, since handlers may destroy any timer, and arm others.
  slot due;
  near_.take(now_ms_, due);
  while (due.next_ != &due) {
    auto& x = static_cast<timer&>(*due.next_);
    x.unlink();
    x.on_timer();
  }
}

void timer_wheel::advance(std::int64_t now_ms) {
  while (now_ms_ < now_ms) {
    const auto next = next_ms();
    if (!next || *next > now_ms) {
      now_ms_ = now_ms;
      return;
    }
    now_ms_ = *next;
    if (now_ms_ % block_ms == 0)
      begin_block();
    fire();
  }
}

std::optional<std::int64_t> timer_wheel::next_ms() const noexcept {
  const auto block = now_ms_ / block_ms;
  const auto block_end = (block + 1) * block_ms;
  if (const auto distance = near_.find(now_ms_ + 1, block_end - now_ms_ - 1))
    return now_ms_ + 1 + *distance;
  if (const auto distance = far_.find(block + 1, slot_count))
    return block_end + *distance * block_ms;
  return std::nullopt;
}

} // namespace arauto
