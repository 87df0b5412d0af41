// How the store opens its files, and what it does after a write failed.
#include "app/store/event_store.hpp"
#include "app/store/log_files.hpp"
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
};

} // namespace

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

} // namespace arauto::app
