// How the store opens its files, and what it does after a write failed.
#include "actors/identifiers.hpp"
#include "app/store/event_store.hpp"
#include "app/store/log_files.hpp"
#include "app/store/segment_migration.hpp"
#include "net/log.hpp"
#include "net/random_id.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace arauto::app {

namespace {

constexpr auto component = "event_log";

/// Step n brings a file from version n to n + 1. A released step is never changed.
constexpr std::array migrations{
    R"(CREATE TABLE epoch(first INTEGER PRIMARY KEY, number INTEGER NOT NULL UNIQUE) STRICT;
     CREATE TABLE purged(instance_id TEXT PRIMARY KEY, through INTEGER NOT NULL) STRICT;
     CREATE TABLE erasing(instance_id TEXT PRIMARY KEY) STRICT;
     CREATE TABLE dropped(id INTEGER PRIMARY KEY CHECK(id = 0), through INTEGER NOT NULL) STRICT;
     INSERT INTO dropped VALUES(0, 0);)",
    R"(CREATE TABLE overwriting(
       segment INTEGER NOT NULL, position INTEGER NOT NULL, bytes INTEGER NOT NULL, PRIMARY KEY(segment, position)) STRICT;)",
};

/// The last place before a segment, as that says itself.
std::optional<event_sequence> limit_of(const std::filesystem::path& next) {
  const segment_file file{next, disk::access::read_only};
  return file.header() ? std::optional{file.header()->follows} : std::nullopt;
}

} // namespace

void disk_event_store::open(event_sequence accepted) {
  index_ =
      std::make_unique<sqlite::database>(home_.private_file(std::string{"events/"} + log_file_name::index).string());
  index_->run("PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;");
  sqlite::migrate(*index_, migrations);
  migrate_segments(home_, directory_);
  finish_overwriting();
  open_segments(accepted);
}

/// What an earlier process began to overwrite is overwritten, whatever the disk has of it.
void disk_event_store::finish_overwriting() {
  auto is_some = false;
  sqlite::statement rows{*index_, "SELECT segment, position, bytes FROM overwriting"};
  while (rows.step()) {
    is_some = true;
    const auto path = directory_ / log_file_name::of(static_cast<std::uint32_t>(rows.number()));
    const auto position = static_cast<std::uint64_t>(rows.number());
    const auto bytes = static_cast<std::uint32_t>(rows.number());
    if (!std::filesystem::exists(path))
      continue; // It was dropped.
    segment_file segment{path, disk::access::read_write};
    if (!segment.header() || position + bytes > segment.file().size())
      continue;
    segment.file().write_at(position, log_format::erased_record(bytes, segment.salt(), position));
    segment.file().sync();
  }
  rows.reset();
  if (is_some) // Else it would be a write, which a failing disk refuses before anything was looked at.
    index_->run("DELETE FROM overwriting");
}

void disk_event_store::open_segments(event_sequence accepted) {
  const auto dropped = static_cast<event_sequence>(index_->number("SELECT through FROM dropped"));
  auto paths = segment_files(directory_);
  std::erase_if(paths, [](const std::filesystem::path& x) { // Nothing was ever written to it.
    return event_segment::is_vacant(x) && std::filesystem::remove(x);
  });
  event_sequence follows = 0;
  for (std::size_t i = 0; i < paths.size(); ++i) {
    const auto is_newest = i + 1 == paths.size();
    const auto ends_at = is_newest ? std::nullopt : limit_of(paths[i + 1]);
    const event_segment::existing x{paths[i], *log_file_name::number_of(paths[i]), follows, ends_at.value_or(accepted),
                                    ends_at.has_value()};
    next_number_ = x.number + 1;
    auto opened = std::make_unique<event_segment>(x);
    follows = std::max(follows, opened->last());
    // Its events were dropped, and the process ended before the file was gone.
    if (!opened->is_empty() && opened->last() <= dropped) {
      opened.reset();
      std::filesystem::remove(x.path);
      continue;
    }
    if (is_newest && opened->takes_events())
      opened->cut();
    else
      opened->close();
    segments_.push_back(std::move(opened));
  }
  last_ = std::max(follows, dropped);
  if (segments_.empty() || !segments_.back()->takes_events())
    add_segment(unix_ms());
}

void disk_event_store::add_segment(std::int64_t now_ms) {
  const auto path = home_.private_file("events/" + log_file_name::of(next_number_));
  segments_.push_back(std::make_unique<event_segment>(path, next_number_, last_, now_ms));
  ++next_number_;
}

void disk_event_store::begin_epoch() {
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

void disk_event_store::close() noexcept {
  segments_.clear();
  index_.reset();
}

/// After a failed write nobody knows what the disk has: everything is opened again, looked at, and what nobody was told
/// of is cut off.
void disk_event_store::recover() {
  const auto accepted = last_;
  close();
  event_sequence found = 0;
  try {
    open(accepted);
    found = std::exchange(last_, accepted);
  } catch (...) {
    last_ = accepted; // The next look must not take out what was accepted.
    throw;
  }
  if (found < last_) {
    log(log_level::error, component, "events that were accepted are gone; places in the log of before count no more");
    sqlite::statement{*index_, "DELETE FROM epoch"}.run();
  }
  begin_epoch();
  publish_extent();
  publish_segments();
  is_broken_ = false;
  log(log_level::warn, component, "opened again after a failure; the last event is number " + std::to_string(last_));
}

/// Before anybody hears that something was refused: a process that ends now must not find it when it starts again.
void disk_event_store::take_back() noexcept {
  is_broken_ = true;
  try {
    recover();
  } catch (const std::exception& why) {
    log(log_level::error, component, std::string{"cannot look at the disk after a failure, yet: "} + why.what());
  }
}

} // namespace arauto::app
