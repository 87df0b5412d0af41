#include "app/store/event_store.hpp"

#include "app/store/event_store_reader.hpp"
#include "app/store/log_files.hpp"
#include "app/store/private_file.hpp"

#include <algorithm>
#include <utility>

namespace arauto::app {

namespace {

/// Rows that one step of an erasure takes out: a few milliseconds.
constexpr std::int64_t erased_rows_per_step = 2000;
/// A segment also ends after this part of the age that events may have, so that old ones can go.
constexpr int segments_per_age = 12;

} // namespace

sqlite_event_store::sqlite_event_store(const data_directory& where, const event_store_settings& settings)
    : home_{where}, directory_{where.path() / "events"}, settings_{settings} {
  std::filesystem::create_directory(directory_);
  std::filesystem::permissions(directory_, std::filesystem::perms::owner_all);
  if (!sync_directory(where.path()))
    throw std::runtime_error("Cannot sync the directory \"" + where.path().string() + "\".");
  open();
  last_ = std::max(last_, static_cast<event_sequence>(index_->number("SELECT through FROM dropped")));
  begin_epoch();
  publish_extent();
  publish_readable();
}

// -- writing

template <class Deed>
auto sqlite_event_store::guarded(const Deed& deed) {
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

event_segment& sqlite_event_store::segment_for(std::int64_t now_ms) {
  auto& newest = *segments_.back();
  const auto is_old = now_ms - newest.oldest_ms() > settings_.age_max.count() / segments_per_age;
  if (!newest.is_empty() && (is_old || newest.bytes() > settings_.segment_bytes))
    add_segment();
  return *segments_.back();
}

std::optional<known_claim> sqlite_event_store::find_claim(const std::string& instance_id, const claim_digest& key,
                                                          std::int64_t now_ms) {
  return guarded([&] {
    const auto since = now_ms - std::chrono::milliseconds{claim_age_max}.count();
    std::optional<known_claim> found;
    for (auto at = segments_.rbegin(); at != segments_.rend() && !found; ++at)
      found = (*at)->find_claim(instance_id, key, since);
    return found;
  });
}

void sqlite_event_store::append(std::span<const event_ptr> events, std::span<const event_claim> claims,
                                std::int64_t now_ms) {
  guarded([&] {
    segment_for(now_ms).append(events, claims, now_ms);
    last_ = events.back()->sequence;
    for (const auto& x : events)
      x->epoch = extent()->now().number;
    publish_readable();
  });
}

// -- removing

void sqlite_event_store::note_purged(const std::string& instance_id, event_sequence through) {
  sqlite::statement{*index_, "INSERT INTO purged(instance_id, through) VALUES(?, ?) ON CONFLICT(instance_id) DO UPDATE "
                             "SET through = max(through, excluded.through)"}
      .bind(instance_id)
      .bind(static_cast<std::int64_t>(through))
      .run();
}

void sqlite_event_store::erase(const std::string& instance_id) {
  guarded([&] {
    event_sequence through = 0;
    for (auto at = segments_.rbegin(); at != segments_.rend() && through == 0; ++at)
      through = (*at)->last_of(instance_id);
    if (through == 0)
      return;
    sqlite::transaction all{*index_};
    note_purged(instance_id, through); // Before the events go, so that nobody takes the rest for all.
    sqlite::statement{*index_, "INSERT INTO erasing VALUES(?) ON CONFLICT DO NOTHING"}.bind(instance_id).run();
    all.commit();
    publish_extent();
  });
}

void sqlite_event_store::erase_all_but(const std::unordered_set<std::string>& instance_ids) {
  std::unordered_set<std::string> orphans;
  for (const auto& x : segments_)
    for (auto& [id, last] : x->last_of_all())
      if (!instance_ids.contains(id))
        orphans.insert(std::move(id));
  for (const auto& id : orphans)
    erase(id);
}

bool sqlite_event_store::erase_some() {
  sqlite::statement due{*index_, "SELECT instance_id FROM erasing LIMIT 1"};
  if (!due.step())
    return false;
  const auto instance_id = due.text();
  for (const auto& x : segments_)
    if (x->erase(instance_id, erased_rows_per_step) > 0)
      return true;
  due.reset();
  sqlite::statement{*index_, "DELETE FROM erasing WHERE instance_id = ?"}.bind(instance_id).run();
  return true;
}

std::uint64_t sqlite_event_store::bytes() const {
  std::uint64_t sum = 0;
  for (const auto& x : segments_)
    sum += x->bytes();
  return sum;
}

std::uint64_t sqlite_event_store::bytes_allowed() const {
  std::error_code unknown;
  const auto disk = std::filesystem::space(directory_, unknown);
  if (unknown)
    return settings_.bytes_max;
  return std::min(settings_.bytes_max, (disk.available + bytes()) / 100 * settings_.disk_percent_max);
}

bool sqlite_event_store::is_due(const event_segment& oldest, std::int64_t now_ms) const {
  return now_ms - oldest.newest_ms() > settings_.age_max.count() || bytes() > bytes_allowed();
}

bool sqlite_event_store::purge(std::int64_t now_ms) {
  return guarded([&] {
    if (erase_some())
      return true;
    const auto& oldest = *segments_.front();
    const auto is_of_use = oldest.is_empty() ? segments_.size() == 1 : !is_due(oldest, now_ms);
    if (is_of_use)
      return false;
    if (segments_.size() == 1)
      add_segment();
    drop(*segments_.front());
    return true;
  });
}

void sqlite_event_store::drop(event_segment& oldest) {
  {
    sqlite::transaction all{*index_};
    for (const auto& [id, through] : oldest.last_of_all())
      note_purged(id, through);
    sqlite::statement{*index_, "UPDATE dropped SET through = max(through, ?)"}
        .bind(static_cast<std::int64_t>(oldest.last()))
        .run();
    all.commit();
  }
  publish_extent();
  const auto path = oldest.path();
  segments_.pop_front();
  publish_readable();
  for (const auto& file : files_of_segment(path))
    std::filesystem::remove(file);
}

// -- what others see

void sqlite_event_store::publish_extent() {
  auto next = std::make_shared<const log_extent>(read_extent(*index_));
  const std::lock_guard lock{mutex_};
  extent_ = std::move(next);
}

void sqlite_event_store::publish_readable() {
  readable next;
  next.last = last_;
  for (const auto& x : segments_)
    if (!x->is_empty())
      next.segments.push_back({x->path(), x->first(), x->last()});
  const std::lock_guard lock{mutex_};
  readable_ = std::move(next);
}

log_extent_ptr sqlite_event_store::extent() const {
  const std::lock_guard lock{mutex_};
  return extent_;
}

sqlite_event_store::readable sqlite_event_store::seen_by_readers() const {
  const std::lock_guard lock{mutex_};
  return readable_;
}

// -- reading

std::unique_ptr<event_reader> sqlite_event_store::open_reader(emitter_finder find) {
  return std::make_unique<sqlite_event_reader>(*this, std::move(find));
}

} // namespace arauto::app
