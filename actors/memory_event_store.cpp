#include "actors/memory_event_store.hpp"

#include "net/random_id.hpp"

#include <algorithm>

namespace arauto {

namespace {

/// Rows that one page may look at: the lock is short.
constexpr std::size_t rows_per_page = 20000;
/// Events that one step of a purge drops.
constexpr std::size_t dropped_per_step = 20000;

std::uint64_t bytes_of(const event& x) {
  return sizeof(event) + x.what.data.size() + x.what.more.size() + x.what.name.size();
}

} // namespace

memory_event_store::memory_event_store(std::chrono::milliseconds age_max, std::uint64_t bytes_max)
    : age_max_{age_max}, bytes_max_{bytes_max} {
  auto begin = std::make_shared<log_extent>();
  begin->epochs.push_back({random_bits(), 1});
  extent_ = std::move(begin);
}

log_extent_ptr memory_event_store::extent() const {
  const std::lock_guard lock{mutex_};
  return extent_;
}

void memory_event_store::append(std::span<const event_ptr> events, std::span<const event_claim> claims,
                                std::int64_t now_ms) {
  for (const auto& x : claims) {
    claims_in_order_.emplace_back(x.last->sequence, x.key);
    claims_.emplace(x.key, kept_claim{x.last->from->id, {x.body, x.last->sequence}, now_ms});
  }
  const std::lock_guard lock{mutex_};
  for (const auto& x : events) {
    x->epoch = extent_->now().number;
    events_.push_back({x->from->keeps_events ? x : without_content(*x), now_ms});
    bytes_ += bytes_of(*events_.back().what);
  }
  last_ = events.back()->sequence;
}

std::optional<known_claim> memory_event_store::find_claim(const std::string& instance_id, const claim_digest& key,
                                                          std::int64_t now_ms) {
  const auto [begin, end] = claims_.equal_range(key);
  for (auto at = begin; at != end; ++at)
    if (const auto& x = at->second;
        x.instance_id == instance_id && now_ms - x.placed_at_ms <= std::chrono::milliseconds{claim_age_max}.count())
      return x.what;
  return std::nullopt;
}

/// A claim goes with its event.
void memory_event_store::drop_claims(event_sequence through) {
  while (!claims_in_order_.empty() && claims_in_order_.front().first <= through) {
    const auto [begin, end] = claims_.equal_range(claims_in_order_.front().second);
    const auto at =
        std::find_if(begin, end, [&](const auto& x) { return x.second.what.last == claims_in_order_.front().first; });
    claims_.erase(at);
    claims_in_order_.pop_front();
  }
}

void memory_event_store::erase(const std::string& instance_id) {
  const std::lock_guard lock{mutex_};
  auto next = std::make_shared<log_extent>(*extent_);
  std::erase_if(events_, [&](const stored_event& x) {
    if (x.what->from->id != instance_id)
      return false;
    auto& through = next->purged_of[instance_id];
    through = std::max(through, x.what->sequence);
    next->newest_purged = std::max(next->newest_purged, through);
    bytes_ -= bytes_of(*x.what);
    return true;
  });
  extent_ = std::move(next);
}

void memory_event_store::drop_oldest(log_extent& gone) {
  const auto& oldest = *events_.front().what;
  gone.purged_through = gone.newest_purged = std::max(gone.newest_purged, oldest.sequence);
  gone.purged_of[oldest.from->id] = oldest.sequence;
  bytes_ -= bytes_of(oldest);
  drop_claims(oldest.sequence);
  events_.pop_front();
}

bool memory_event_store::purge(std::int64_t now_ms) {
  const std::lock_guard lock{mutex_};
  const auto is_due = [&] {
    return !events_.empty() && (bytes_ > bytes_max_ || now_ms - events_.front().placed_at_ms > age_max_.count());
  };
  if (!is_due())
    return false;
  auto next = std::make_shared<log_extent>(*extent_);
  for (std::size_t n = 0; n < dropped_per_step && is_due(); ++n)
    drop_oldest(*next);
  extent_ = std::move(next);
  return is_due();
}

event_page memory_event_store::read(const event_query& x) const {
  event_page page;
  page.through = x.after;
  std::size_t rows = 0;
  std::size_t bytes = 0;
  const std::lock_guard lock{mutex_};
  auto at = std::upper_bound(events_.begin(), events_.end(), x.after,
                             [](event_sequence s, const stored_event& e) { return s < e.what->sequence; });
  for (; at != events_.end() && at->what->sequence < x.before; ++at) {
    if (++rows > rows_per_page)
      return page;
    if (x.wants(at->what->from->id, at->what->what.name)) {
      const auto size = at->what->what.data.size();
      if (!page.events.empty() && (page.events.size() >= x.events_max || bytes + size > x.bytes_max))
        return page;
      bytes += size;
      page.events.push_back(*at);
    }
    page.through = at->what->sequence;
  }
  page.is_end = true;
  page.through = std::max(page.through, std::min(last_, x.before - 1));
  return page;
}

namespace {

class memory_event_reader final : public event_reader {
public:
  explicit memory_event_reader(const memory_event_store& home) : home_{home} {}
  event_page read(const event_query& x) override { return home_.read(x); }

private:
  const memory_event_store& home_;
};

} // namespace

std::unique_ptr<event_reader> memory_event_store::open_reader(emitter_finder) {
  return std::make_unique<memory_event_reader>(*this); // Its events still know whom they come from.
}

} // namespace arauto
