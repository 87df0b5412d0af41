#include "net/io/timer_wheel.hpp"

#include <algorithm>
#include <bit>

namespace arauto {

timer_wheel::timer_wheel(std::int64_t now_ms) : tick_{now_ms / tick_ms} {
  for (auto& x : slots_)
    x.next_ = x.previous_ = &x;
}

timer_wheel::~timer_wheel() {
  for (auto& x : slots_)
    while (x.next_ != &x)
      static_cast<timer*>(x.next_)->unlink();
}

void timer_wheel::link(slot& where, timer& what) noexcept {
  what.next_ = &where;
  what.previous_ = where.previous_;
  where.previous_->next_ = &what;
  where.previous_ = &what;
  const auto index = static_cast<std::size_t>(&where - slots_.data());
  occupied_[index / 64] |= std::uint64_t{1} << (index % 64);
}

void timer_wheel::arm(timer& what, std::int64_t deadline_ms) noexcept {
  what.unlink();
  const auto tick = std::max((deadline_ms + tick_ms - 1) / tick_ms, tick_ + 1);
  what.deadline_ = tick;
  link(slots_[static_cast<std::size_t>(tick) % slot_count], what);
}

void timer_wheel::disarm(timer& what) noexcept {
  what.unlink();
}

void timer_wheel::run_slot(std::size_t index, std::int64_t now_tick) {
  occupied_[index / 64] &= ~(std::uint64_t{1} << (index % 64));
  // The list moves to a place of its own, since handlers may arm timers into this very slot.
  slot due;
  auto& from = slots_[index];
  if (from.next_ == &from)
    return;
  due.next_ = from.next_;
  due.previous_ = from.previous_;
  due.next_->previous_ = due.previous_->next_ = &due;
  from.next_ = from.previous_ = &from;
  while (due.next_ != &due) {
    auto& x = static_cast<timer&>(*due.next_);
    x.unlink();
    if (x.deadline_ > now_tick)
      link(from, x); // A later round of the wheel.
    else
      x.on_timer();
  }
}

void timer_wheel::advance(std::int64_t now_ms) {
  const auto now_tick = now_ms / tick_ms;
  while (tick_ < now_tick) {
    const auto next = next_tick();
    if (!next || *next > now_tick) {
      tick_ = now_tick;
      return;
    }
    tick_ = *next;
    run_slot(static_cast<std::size_t>(tick_) % slot_count, tick_);
  }
}

std::optional<std::int64_t> timer_wheel::next_tick() const noexcept {
  const auto start = static_cast<std::size_t>(tick_ + 1) % slot_count;
  for (std::size_t seen = 0; seen < slot_count;) {
    const auto at = (start + seen) % slot_count;
    const auto word = occupied_[at / 64] >> (at % 64);
    if (word != 0)
      return tick_ + 1 + static_cast<std::int64_t>(seen) + std::countr_zero(word);
    seen += 64 - at % 64;
  }
  return std::nullopt;
}

std::optional<std::int64_t> timer_wheel::next_ms() const noexcept {
  const auto tick = next_tick();
  return tick ? std::optional{*tick * tick_ms} : std::nullopt;
}

} // namespace arauto
