#include "app/store/event_store.hpp"

#include "app/store/log_files.hpp"
#include "app/store/private_file.hpp"
#include "net/log.hpp"
#include "net/random_id.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <set>
#include <utility>

namespace arauto::app {

namespace {

constexpr auto component = "event_log";
/// Rows that one step of an erasure takes out: a few milliseconds.
constexpr std::int64_t erased_rows_per_step = 2000;
/// A segment also ends after this part of the age that events may have, so that old ones can go.
constexpr int segments_per_age = 12;

/// Step n brings a file from version n to n + 1. A released step is never changed.
constexpr std::array migrations{
    R"(CREATE TABLE epoch(first INTEGER PRIMARY KEY, number INTEGER NOT NULL UNIQUE) STRICT;
     CREATE TABLE purged(instance_id TEXT PRIMARY KEY, through INTEGER NOT NULL) STRICT;
     CREATE TABLE erasing(instance_id TEXT PRIMARY KEY) STRICT;
     CREATE TABLE dropped(id INTEGER PRIMARY KEY CHECK(id = 0), through INTEGER NOT NULL) STRICT;
     INSERT INTO dropped VALUES(0, 0);)",
};

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

// -- opening

void sqlite_event_store::open() {
  index_ =
      std::make_unique<sqlite::database>(home_.private_file(std::string{"events/"} + log_file_name::index).string());
  index_->run("PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;");
  sqlite::migrate(*index_, migrations);
  open_segments();
}

void sqlite_event_store::open_segments() {
  const auto dropped = static_cast<event_sequence>(index_->number("SELECT through FROM dropped"));
  for (const auto& path : segment_files(directory_)) {
    const auto number = *log_file_name::number_of(path);
    auto opened = std::make_unique<event_segment>(path, number);
    next_number_ = number + 1;
    // Its events were dropped, and the process ended before the file was gone.
    if (!opened->is_empty() && opened->last() <= dropped) {
      opened.reset();
      for (const auto& file : files_of_segment(path))
        std::filesystem::remove(file);
      continue;
    }
    last_ = std::max(last_, opened->last());
    segments_.push_back(std::move(opened));
  }
  if (segments_.empty())
    add_segment();
}

void sqlite_event_store::add_segment() {
  const auto path = home_.private_file("events/" + log_file_name::of(next_number_));
  segments_.push_back(std::make_unique<event_segment>(path, next_number_));
  ++next_number_;
}

void sqlite_event_store::begin_epoch() {
  const auto first = static_cast<std::int64_t>(last_ + 1);
  sqlite::transaction all{*index_};
  // One without events is replaced; those whose events have all gone are of no use.
  sqlite::statement{*index_, "DELETE FROM epoch WHERE first >= ?"}.bind(first).run();
  index_->run("DELETE FROM epoch WHERE first < (SELECT max(first) FROM epoch WHERE first <= "
              "(SELECT through FROM dropped))");
  sqlite::statement begin{*index_, "INSERT INTO epoch(first, number) VALUES(?, ?)"};
  // Who stands at the end now, and gets no event before the next start, must find that place again.
  if (index_->number("SELECT count(*) FROM epoch") == 0)
    begin.bind(first - 1).bind(static_cast<std::int64_t>(random_bits() >> 1)).run();
  begin.bind(first).bind(static_cast<std::int64_t>(random_bits() >> 1)).run();
  all.commit();
}

void sqlite_event_store::close() noexcept {
  segments_.clear();
  index_.reset();
}

/// After a failed write nobody knows what the disk has: everything is opened again, looked at, and what nobody was told
/// of is taken out.
void sqlite_event_store::recover() {
  const auto accepted = last_;
  close();
  event_sequence found = 0;
  try {
    last_ = 0;
    open();
    found = std::exchange(last_, accepted);
  } catch (...) {
    last_ = accepted; // The next look must not take out what was accepted.
    throw;
  }
  if (const auto fault = segments_.back()->find_fault()) {
    log(log_level::error, component, '"' + segments_.back()->path().string() + "\" is damaged: " + *fault);
    throw store_failure("The event log is damaged: " + *fault + ".");
  }
  for (const auto& x : segments_)
    if (x->last() > last_ || x == segments_.back())
      x->truncate(last_);
  if (found < last_ && last_ != static_cast<event_sequence>(index_->number("SELECT through FROM dropped"))) {
    log(log_level::error, component, "events that were accepted are gone; places in the log of before count no more");
    sqlite::statement{*index_, "DELETE FROM epoch"}.run();
  }
  begin_epoch();
  publish_extent();
  publish_readable();
  is_broken_ = false;
  log(log_level::warn, component, "opened again after a failure; the last event is number " + std::to_string(last_));
}

/// Before anybody hears that something was refused: a process that ends now must not find it when it starts again.
void sqlite_event_store::take_back() noexcept {
  is_broken_ = true;
  try {
    recover();
  } catch (const std::exception& why) {
    log(log_level::error, component, std::string{"cannot look at the disk after a failure, yet: "} + why.what());
  }
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
    for (const auto& x : segments_)
      through = std::max(through, x->last_of(instance_id));
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

/// Keeps the files open that it read last.
class sqlite_event_reader final : public event_reader {
public:
  sqlite_event_reader(const sqlite_event_store& home, emitter_finder find) : home_{home}, find_{std::move(find)} {}

  event_page read(const event_query& asked) override {
    try {
      auto page = read_page(asked);
      const auto extent = home_.extent();
      for (const auto& x : page.events)
        x.what->epoch = extent->at(x.what->sequence).epoch;
      return page;
    } catch (const sqlite::failure& why) {
      open_.clear();
      throw store_failure(why.what());
    }
  }

private:
  static constexpr std::size_t open_max = 8;
  /// Beyond that they are checked again.
  static constexpr std::size_t sound_max = 1000;

  event_page read_page(const event_query& asked) {
    const auto now = home_.seen_by_readers();
    auto x = asked;
    x.before = std::min(x.before, now.last + 1); // What is behind was accepted by nobody.
    event_page page;
    page.through = x.after;
    read_budget left{x.events_max, x.bytes_max};
    for (const auto& segment : now.segments)
      if (segment.last > x.after && segment.first < x.before && !reader_of(segment).read(x, page, left))
        return page;
    page.is_end = true;
    page.through = std::max(page.through, x.before - 1);
    return page;
  }

  event_segment_reader& reader_of(const sqlite_event_store::span& x) {
    const auto at = std::find_if(open_.begin(), open_.end(), [&x](const auto& one) { return one.path == x.path; });
    if (at != open_.end())
      return *at->reader;
    auto reader = std::make_unique<event_segment_reader>(x.path, find_);
    if (!sound_.contains(x.path))
      reader->check();
    if (sound_.size() >= sound_max)
      sound_.clear();
    sound_.insert(x.path);
    if (open_.size() >= open_max)
      open_.erase(open_.begin());
    open_.push_back({x.path, std::move(reader)});
    return *open_.back().reader;
  }

  struct opened {
    std::filesystem::path path;
    std::unique_ptr<event_segment_reader> reader;
  };
  const sqlite_event_store& home_;
  emitter_finder find_;
  std::vector<opened> open_;
  /// Files that were checked.
  std::set<std::filesystem::path> sound_;
};

std::unique_ptr<event_reader> sqlite_event_store::open_reader(emitter_finder find) {
  return std::make_unique<sqlite_event_reader>(*this, std::move(find));
}

} // namespace arauto::app
