#pragma once

#include "actors/event_store.hpp"
#include "app/store/claim_sketch.hpp"
#include "app/store/sqlite.hpp"

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace arauto::app {

/// What one row says, besides its place; views are valid until the next row.
struct event_row {
  event_sequence sequence = 0;
  std::string_view instance_id;
  std::string_view instance_name;
  std::string_view name;
  std::int64_t placed_at_ms = 0;
  bool is_selected = false;
  std::string_view data;
  std::string_view sender;
  std::string_view date_time;
  std::string_view server_url;
  std::string_view more;
};

/// Every event of a segment in order, with the checksum that was stored. Throws sqlite::failure.
void for_each_row(sqlite::database& segment,
                  const std::function<void(const event_row& x, std::uint32_t checksum)>& then);

/// Over every member, so that no byte of an event changes unnoticed (CRC-32).
std::uint32_t checksum_of(const event_row& x) noexcept;

/// The events of a span of the sequence in one file, open for writing. The log's thread only. Functions throw
/// sqlite::failure.
class event_segment {
public:
  /// Opens a file, which is made when it is not there.
  event_segment(const std::filesystem::path& path, std::uint32_t number);

  /// One transaction with a sync: all or nothing.
  void append(std::span<const event_ptr> events, std::span<const event_claim> claims, std::int64_t now_ms);

  /// The claim with that key, if it is in here and was made since then.
  std::optional<known_claim> find_claim(const std::string& instance_id, const claim_digest& key, std::int64_t since_ms);

  /// Takes out the events behind a place: they were never accepted. Writes even when it sees none: a commit whose sync
  /// failed may stand in the write-ahead log behind its end, where nobody reads before the next start, and is
  /// overwritten by that.
  void truncate(event_sequence last);
  /// Takes out some events of an instance; how many it found.
  std::int64_t erase(const std::string& instance_id, std::int64_t rows_max);
  /// The last event of that instance in here, or 0.
  event_sequence last_of(const std::string& instance_id);
  /// The last event of each instance in here, by id.
  std::vector<std::pair<std::string, event_sequence>> last_of_all();
  /// Why the file is not sound, or nothing.
  std::optional<std::string> find_fault();

  std::uint32_t number() const noexcept { return number_; }
  bool is_empty() const noexcept { return last_ == 0; }
  /// 0 when it is empty.
  event_sequence first() const noexcept { return first_; }
  event_sequence last() const noexcept { return last_; }
  std::int64_t oldest_ms() const noexcept { return oldest_ms_; }
  std::int64_t newest_ms() const noexcept { return newest_ms_; }
  /// Of the file and what belongs to it.
  std::uint64_t bytes() const;
  const std::filesystem::path& path() const noexcept { return path_; }

private:
  std::int64_t number_of(const emitter& x);
  void insert(const event& x, std::int64_t now_ms);
  void insert(const event_claim& x, std::int64_t now_ms);
  void look();

  std::filesystem::path path_;
  std::uint32_t number_;
  sqlite::database file_;
  bool is_ready_;
  sqlite::statement insert_event_;
  sqlite::statement insert_instance_;
  sqlite::statement find_instance_;
  sqlite::statement insert_claim_;
  sqlite::statement find_claim_;
  claim_sketch claims_;
  /// Instances of the last transactions, by id and name.
  std::unordered_map<std::string, std::int64_t> numbers_;
  event_sequence first_ = 0;
  event_sequence last_ = 0;
  std::int64_t oldest_ms_ = 0;
  std::int64_t newest_ms_ = 0;
};

/// The files that belong to a segment.
std::vector<std::filesystem::path> files_of_segment(const std::filesystem::path& path);

/// What one page may still cost.
struct read_budget {
  std::size_t events = 0;
  std::size_t bytes = 0;
  /// Looked at, wanted or not: a page of a rare event must not read the whole log.
  std::size_t rows = 20000;
};

/// The same file, for another thread that reads. Functions throw sqlite::failure; what `read` meets
/// is logged with the path.
class event_segment_reader {
public:
  event_segment_reader(const std::filesystem::path& path, const emitter_finder& find);

  /// Adds to a page what was asked for; false when the page is full before the segment is through. Throws store_failure
  /// for an event whose checksum is wrong.
  bool read(const event_query& x, event_page& out, read_budget& left);

  /// Looks at the whole file once, about 2 ms for each MiB: where its structure is damaged, events could be missing
  /// without a word. Throws sqlite::failure.
  void check();

private:
  bool take(sqlite::statement& rows, const event_query& x, event_page& out, read_budget& left);
  std::string path_;
  sqlite::database file_;
  sqlite::statement all_;
  sqlite::statement of_one_;
  const emitter_finder* find_;
};

} // namespace arauto::app
