#include "app/store/event_segment.hpp"

#include <algorithm>
#include <array>
#include <cstring>

namespace arauto::app {

namespace {

/// Step n brings a file from version n to n + 1. A released step is never changed.
constexpr std::array migrations{
    R"(CREATE TABLE instance(number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, name TEXT NOT NULL) STRICT;
     CREATE TABLE event(
       sequence INTEGER PRIMARY KEY, instance INTEGER NOT NULL REFERENCES instance(number), name TEXT NOT NULL,
       placed_at_ms INTEGER NOT NULL, selected INTEGER NOT NULL, data TEXT NOT NULL, sender TEXT NOT NULL,
       date_time TEXT NOT NULL, server_url TEXT NOT NULL, more TEXT NOT NULL, checksum INTEGER NOT NULL) STRICT;
     CREATE INDEX event_of_instance ON event(instance, sequence);)",
    R"(CREATE TABLE claim(
       instance INTEGER NOT NULL REFERENCES instance(number), key BLOB NOT NULL, body BLOB NOT NULL,
       sequence INTEGER NOT NULL, placed_at_ms INTEGER NOT NULL, PRIMARY KEY(instance, key)) STRICT, WITHOUT ROWID;)",
    R"(DROP INDEX event_of_instance;
     CREATE TABLE block(
       last INTEGER PRIMARY KEY, first INTEGER NOT NULL, places BLOB NOT NULL, checksum INTEGER NOT NULL) STRICT;
     CREATE TABLE tally(id INTEGER PRIMARY KEY CHECK(id = 0), events INTEGER NOT NULL) STRICT;
     INSERT INTO tally SELECT 0, count(*) FROM event;)",
};

static_assert(migrations.size() == segment_version);

constexpr auto insert_event_sql =
    "INSERT INTO event(sequence, instance, name, placed_at_ms, selected, data, sender, date_time, server_url, more,"
    " checksum) VALUES(?,?,?,?,?,?,?,?,?,?,?)";

bool prepare(sqlite::database& file) {
  file.run("PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
           "PRAGMA secure_delete = FAST; PRAGMA journal_size_limit = 4194304;");
  sqlite::migrate(file, migrations);
  return true;
}

std::optional<claim_digest> read_digest(std::span<const unsigned char> stored) noexcept {
  claim_digest x;
  if (stored.size() != x.bytes.size())
    return std::nullopt;
  std::memcpy(x.bytes.data(), stored.data(), stored.size());
  return x;
}

event_row row_of(const event& x, std::int64_t now_ms) {
  if (!x.from->keeps_events)
    return {x.sequence, x.from->id, x.from->name, x.what.name, now_ms, x.is_selected, {}, {}, {}, {}, {}};
  return {x.sequence,  x.from->id,    x.from->name,     x.what.name,       now_ms,     x.is_selected,
          x.what.data, x.what.sender, x.date_time_json, x.server_url_json, x.what.more};
}

} // namespace

event_segment::event_segment(const std::filesystem::path& path, std::uint32_t number)
    : path_{path},
      number_{number},
      file_{path.string()},
      is_ready_{prepare(file_)},
      places_{file_},
      insert_event_{file_, insert_event_sql},
      count_{file_, "UPDATE tally SET events = events + ?"},
      insert_instance_{file_, "INSERT INTO instance(id, name) VALUES(?,?) ON CONFLICT(id) DO NOTHING"},
      find_instance_{file_, "SELECT number FROM instance WHERE id = ?"},
      insert_claim_{file_, "INSERT OR REPLACE INTO claim(instance, key, body, sequence, placed_at_ms) "
                           "VALUES(?,?,?,?,?)"},
      find_claim_{file_, "SELECT body, sequence FROM claim WHERE instance = (SELECT number FROM instance WHERE id = ?) "
                         "AND key = ? AND placed_at_ms >= ?"} {
  look();
  sqlite::statement keys{file_, "SELECT key FROM claim"};
  while (keys.step())
    if (const auto key = read_digest(keys.bytes_view()))
      claims_.insert(*key);
}

void event_segment::look() {
  first_ = static_cast<event_sequence>(file_.number("SELECT ifnull(min(sequence), 0) FROM event"));
  last_ = static_cast<event_sequence>(file_.number("SELECT ifnull(max(sequence), 0) FROM event"));
  oldest_ms_ = newest_ms_ = 0;
  if (last_ == 0)
    return;
  oldest_ms_ = file_.number("SELECT placed_at_ms FROM event ORDER BY sequence LIMIT 1");
  newest_ms_ = file_.number("SELECT placed_at_ms FROM event ORDER BY sequence DESC LIMIT 1");
}

std::int64_t event_segment::number_of(const emitter& x) {
  const auto known = numbers_.find(x.id);
  if (known != numbers_.end())
    return known->second;
  insert_instance_.bind(x.id).bind(x.name).run();
  const auto number = find_number(x.id).value();
  numbers_.emplace(x.id, number);
  return number;
}

void event_segment::insert(const event& x, std::int64_t now_ms) {
  const auto row = row_of(x, now_ms);
  const auto instance = number_of(*x.from);
  auto& to = insert_event_;
  to.bind(static_cast<std::int64_t>(row.sequence)).bind(instance).bind_lasting(row.name).bind(now_ms);
  to.bind(row.is_selected).bind_lasting(row.data).bind_lasting(row.sender).bind_lasting(row.date_time);
  to.bind_lasting(row.server_url).bind_lasting(row.more).bind(std::int64_t{checksum_of(row)}).run();
  places_.add({static_cast<std::uint32_t>(instance), row.sequence});
}

void event_segment::insert(const event_claim& x, std::int64_t now_ms) {
  insert_claim_.bind(number_of(*x.last->from)).bind_lasting(x.key.bytes).bind_lasting(x.body.bytes);
  insert_claim_.bind(static_cast<std::int64_t>(x.last->sequence)).bind(now_ms).run();
  claims_.insert(x.key); // Too much when the transaction fails: that costs a look.
}

std::optional<known_claim> event_segment::find_claim(const std::string& instance_id, const claim_digest& key,
                                                     std::int64_t since_ms) {
  if (newest_ms_ < since_ms || !claims_.may_hold(key))
    return std::nullopt;
  auto& row = find_claim_;
  row.reset();
  row.bind(instance_id).bind_lasting(key.bytes).bind(since_ms);
  std::optional<known_claim> found;
  if (row.step())
    if (const auto body = read_digest(row.bytes_view()))
      found = known_claim{*body, static_cast<event_sequence>(row.number())};
  row.reset();
  return found;
}

void event_segment::append(std::span<const event_ptr> events, std::span<const event_claim> claims,
                           std::int64_t now_ms) {
  try {
    sqlite::transaction all{file_};
    for (const auto& x : events)
      insert(*x, now_ms);
    for (const auto& x : claims)
      insert(x, now_ms);
    places_.write_block();
    count_.bind(static_cast<std::int64_t>(events.size())).run();
    all.commit();
  } catch (...) {
    numbers_.clear(); // Some may have gone with the transaction.
    throw;
  }
  if (is_empty()) {
    first_ = events.front()->sequence;
    oldest_ms_ = now_ms;
  }
  last_ = events.back()->sequence;
  newest_ms_ = now_ms;
}

void event_segment::truncate(event_sequence last) {
  sqlite::transaction all{file_};
  for (const auto* sql : {"DELETE FROM claim WHERE sequence > ?", "DELETE FROM event WHERE sequence > ?"})
    sqlite::statement{file_, sql}.bind(static_cast<std::int64_t>(last)).run();
  count_.bind(-file_.changes()).run();
  places_.truncate(last);
  file_.run(("PRAGMA user_version = " + std::to_string(migrations.size())).c_str());
  all.commit();
  numbers_.clear();
  places_.load();
  look();
}

std::int64_t event_segment::erase(const std::string& instance_id, std::int64_t rows_max) {
  sqlite::statement{file_, "DELETE FROM claim WHERE instance = (SELECT number FROM instance WHERE id = ?)"}
      .bind(instance_id)
      .run();
  const auto instance = find_number(instance_id);
  if (!instance)
    return 0;
  sqlite::transaction all{file_};
  const auto places = places_.take_some(*instance, static_cast<std::size_t>(rows_max));
  const auto erased = static_cast<std::int64_t>(places.size());
  sqlite::statement row{file_, "DELETE FROM event WHERE sequence = ?"};
  for (const auto place : places)
    row.bind(static_cast<std::int64_t>(place)).run();
  count_.bind(-erased).run();
  if (erased < rows_max) { // That was all: the next step need not look through this file again.
    sqlite::statement{file_, "DELETE FROM instance WHERE number = ?"}.bind(std::int64_t{*instance}).run();
    numbers_.erase(instance_id);
  }
  all.commit();
  return erased;
}

std::optional<std::uint32_t> event_segment::find_number(const std::string& instance_id) {
  find_instance_.reset();
  find_instance_.bind(instance_id);
  std::optional<std::uint32_t> number;
  if (find_instance_.step())
    number = static_cast<std::uint32_t>(find_instance_.number());
  find_instance_.reset();
  return number;
}

event_sequence event_segment::last_of(const std::string& instance_id) {
  const auto instance = find_number(instance_id);
  return instance ? places_.last_of(*instance) : 0;
}

std::vector<std::pair<std::string, event_sequence>> event_segment::last_of_all() {
  const auto places = places_.last_of_all();
  sqlite::statement rows{file_, "SELECT number, id FROM instance"};
  std::vector<std::pair<std::string, event_sequence>> all;
  while (rows.step())
    if (const auto last = places.find(static_cast<std::uint32_t>(rows.number())); last != places.end())
      all.emplace_back(rows.text(), last->second);
  return all;
}

std::optional<std::string> event_segment::find_fault() {
  sqlite::statement check{file_, "PRAGMA quick_check(1)"};
  if (!check.step())
    return "it gave no answer";
  auto text = check.text();
  return text == "ok" ? std::nullopt : std::optional{std::move(text)};
}

std::vector<std::filesystem::path> files_of_segment(const std::filesystem::path& path) {
  return {path, path.string() + "-wal", path.string() + "-shm"};
}

std::uint64_t event_segment::bytes() const {
  std::uint64_t sum = 0;
  std::error_code none;
  for (const auto& x : files_of_segment(path_))
    if (const auto size = std::filesystem::file_size(x, none); !none)
      sum += size;
  return sum;
}

} // namespace arauto::app
