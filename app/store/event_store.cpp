#include "app/store/event_store.hpp"

#include "app/store/event_store_reader.hpp"
#include "app/store/log_files.hpp"
#include "app/store/private_file.hpp"
#include "net/log.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace arauto::app {

namespace {

/// Records that one step of an erasure overwrites: a few milliseconds.
constexpr std::size_t erased_records_per_step = 2000;
/// A segment also ends after this part of the age that events may have, so that old ones can go.
constexpr int segments_per_age = 12;

} // namespace

disk_event_store::disk_event_store(const data_directory& where, const event_store_settings& settings)
    : home_{where}, directory_{where.path() / "events"}, settings_{settings} {
  std::filesystem::create_directory(directory_);
  std::filesystem::permissions(directory_, std::filesystem::perms::owner_all);
  if (!sync_directory(where.path()))
    throw std::runtime_error("Cannot sync the directory \"" + where.path().string() + "\".");
  open(std::numeric_limits<event_sequence>::max());
  begin_epoch();
  publish_extent();
  publish_segments();
}

disk_event_store::~disk_event_store() {
  if (is_broken_ || segments_.empty())
    return;
  try {
    segments_.back()->close();
  } catch (const std::exception& why) {
    log(log_level::warn, "event_log",
        std::string{"the newest file stays open, and is read at the next start: "} + why.what());
  }
}

// -- writing

template <class Deed>
auto disk_event_store::guarded(const Deed& deed) {
  try {
    if (is_broken_)
      recover();
  } catch (const std::exception& why) {
    throw store_failure(why.what());
  }
  try {
    return deed();
  } catch (const std::exception& why) {
    const store_failure reason{why.what()};
    take_back();
    throw reason;
  }
}

event_segment& disk_event_store::segment_for(std::int64_t now_ms) {
  auto& newest = *segments_.back();
  const auto is_old = now_ms - newest.oldest_ms() > settings_.age_max.count() / segments_per_age;
  if (!newest.is_empty() && (is_old || newest.used_bytes() > settings_.segment_bytes || newest.damaged().first != 0)) {
    newest.close();
    add_segment(now_ms);
    publish_segments();
  }
  return *segments_.back();
}

/// Of the newest segment, or of another one that had a claim last.
const segment_index& disk_event_store::claims_of(const event_segment& x) {
  if (x.is_open())
    return x.shared()->index;
  if (!claims_ || claims_of_ != x.number()) {
    claims_ = x.index();
    claims_of_ = x.number();
  }
  return claims_->index;
}

std::optional<known_claim> disk_event_store::find_claim(const std::string& instance_id, const claim_digest& key,
                                                        std::int64_t now_ms) {
  return guarded([&]() -> std::optional<known_claim> {
    const auto since = now_ms - std::chrono::milliseconds{claim_age_max}.count();
    for (auto at = segments_.rbegin(); at != segments_.rend() && (*at)->newest_ms() >= since; ++at) {
      if (!(*at)->may_have(key) || !(*at)->may_have(instance_id))
        continue;
      const auto& index = claims_of(**at);
      const auto number = index.number_of.find(instance_id);
      if (number == index.number_of.end())
        continue;
      const auto found = index.claims.find({number->second, key});
      if (found != index.claims.end() && found->second.placed_at_ms >= since)
        return known_claim{found->second.body, found->second.last};
    }
    return std::nullopt;
  });
}

void disk_event_store::append(std::span<const event_ptr> events, std::span<const event_claim> claims,
                              std::int64_t now_ms) {
  guarded([&] {
    auto& to = segment_for(now_ms);
    const auto was_open = to.is_open();
    to.append(events, claims, now_ms);
    last_ = events.back()->sequence;
    const auto epoch = extent()->now().number;
    for (const auto& x : events)
      x->epoch = epoch;
    if (was_open)
      publish_last();
    else
      publish_segments();
  });
}

// -- removing

void disk_event_store::note_purged(const std::string& instance_id, event_sequence through) {
  sqlite::statement{*index_, "INSERT INTO purged(instance_id, through) VALUES(?, ?) ON CONFLICT(instance_id) DO UPDATE "
                             "SET through = max(through, excluded.through)"}
      .bind(instance_id)
      .bind(static_cast<std::int64_t>(through))
      .run();
}

void disk_event_store::erase(const std::string& instance_id) {
  guarded([&] {
    event_sequence through = 0;
    for (auto at = segments_.rbegin(); at != segments_.rend() && through == 0; ++at)
      if ((*at)->may_have(instance_id))
        through = (*at)->index()->index.last_of(instance_id);
    if (through == 0)
      return;
    sqlite::transaction all{*index_};
    note_purged(instance_id, through); // Before the events go, so that nobody takes the rest for all.
    sqlite::statement{*index_, "INSERT INTO erasing VALUES(?) ON CONFLICT DO NOTHING"}.bind(instance_id).run();
    all.commit();
    publish_extent();
  });
}

void disk_event_store::erase_all_but(const std::unordered_set<std::string>& instance_ids) {
  std::unordered_set<std::string> orphans;
  for (const auto& x : segments_) {
    const auto all = x->index();
    for (const auto& one : all->index.instances)
      if (!one.id.empty() && !instance_ids.contains(one.id))
        orphans.insert(one.id);
  }
  for (const auto& id : orphans)
    erase(id);
}

bool disk_event_store::erase_some() {
  sqlite::statement due{*index_, "SELECT instance_id FROM erasing LIMIT 1"};
  if (!due.step())
    return false;
  const auto instance_id = due.text();
  due.reset();
  for (const auto& x : segments_)
    if (x->may_have(instance_id) && erase_some(instance_id, *x))
      return true;
  sqlite::statement{*index_, "DELETE FROM erasing WHERE instance_id = ?"}.bind(instance_id).run();
  return true;
}

/// A process that ends half-way finds in the index what it has to finish: a record that is half overwritten would be
/// taken for a damaged one.
bool disk_event_store::erase_some(const std::string& instance_id, event_segment& from) {
  const std::lock_guard lock{overwriting_};
  claims_.reset();
  const auto is_newest = &from == segments_.back().get();
  if (!from.is_open()) {
    if (from.shared() || !from.index()->index.number_of.contains(instance_id))
      return false; // Another one with the same hash, or nobody can tell.
    from.reopen();
  }
  const auto doomed = from.doom(instance_id, erased_records_per_step);
  const auto is_done = !from.may_have(instance_id);
  sqlite::transaction all{*index_};
  sqlite::statement note{*index_, "INSERT OR REPLACE INTO overwriting(segment, position, bytes) VALUES(?, ?, ?)"};
  for (const auto& x : doomed)
    note.bind(std::int64_t{from.number()})
        .bind(static_cast<std::int64_t>(x.position))
        .bind(std::int64_t{x.bytes})
        .run();
  all.commit();
  from.overwrite(doomed);
  index_->run("DELETE FROM overwriting");
  if (is_done && !is_newest)
    from.close();
  publish_segments();
  return true;
}

std::uint64_t disk_event_store::bytes() const {
  std::uint64_t sum = 0;
  for (const auto& x : segments_)
    sum += x->bytes();
  return sum;
}

std::uint64_t disk_event_store::bytes_allowed() const {
  std::error_code unknown;
  const auto disk = std::filesystem::space(directory_, unknown);
  if (unknown)
    return settings_.bytes_max;
  return std::min(settings_.bytes_max, (disk.available + bytes()) / 100 * settings_.disk_percent_max);
}

bool disk_event_store::is_due(const event_segment& oldest, std::int64_t now_ms) const {
  return now_ms - oldest.newest_ms() > settings_.age_max.count() || bytes() > bytes_allowed();
}

bool disk_event_store::purge(std::int64_t now_ms) {
  return guarded([&] {
    if (erase_some())
      return true;
    const auto& oldest = *segments_.front();
    const auto is_of_use = oldest.is_empty() ? segments_.size() == 1 : !is_due(oldest, now_ms);
    if (is_of_use)
      return false;
    if (segments_.size() == 1)
      add_segment(now_ms);
    drop(*segments_.front());
    return true;
  });
}

void disk_event_store::drop(event_segment& oldest) {
  {
    const auto all = oldest.index();
    sqlite::transaction change{*index_};
    for (const auto& one : all->index.instances)
      if (!one.id.empty())
        note_purged(one.id, std::max(all->index.last_of(one.id), oldest.damaged().second));
    // Nobody knows whose events were where it is damaged.
    if (oldest.damaged().first != 0)
      sqlite::statement{*index_, "UPDATE purged SET through = max(through, ?)"}
          .bind(static_cast<std::int64_t>(oldest.damaged().second))
          .run();
    sqlite::statement{*index_, "UPDATE dropped SET through = max(through, ?)"}
        .bind(static_cast<std::int64_t>(oldest.last()))
        .run();
    change.commit();
  }
  publish_extent();
  const auto path = oldest.path();
  segments_.pop_front();
  publish_segments();
  std::filesystem::remove(path);
}

// -- what others see

void disk_event_store::publish_extent() {
  auto next = std::make_shared<const log_extent>(read_extent(*index_));
  const std::lock_guard lock{mutex_};
  extent_ = std::move(next);
}

void disk_event_store::publish_segments() {
  auto next = std::make_shared<std::vector<readable>>();
  for (const auto& x : segments_)
    if (!x->is_empty() || x->is_open())
      next->push_back({x->path(), x->number(), x->first(), x->is_open() ? ~event_sequence{0} : x->last(), x->shared()});
  const std::lock_guard lock{mutex_};
  readable_ = std::move(next);
  readable_last_ = last_;
}

void disk_event_store::publish_last() {
  const std::lock_guard lock{mutex_};
  readable_last_ = last_;
}

log_extent_ptr disk_event_store::extent() const {
  const std::lock_guard lock{mutex_};
  return extent_;
}

std::unique_ptr<event_reader> disk_event_store::open_reader(emitter_finder find) {
  return std::make_unique<disk_event_reader>(*this, std::move(find));
}

} // namespace arauto::app
