#pragma once

#include "actors/event_store.hpp"
#include "app/store/claim_sketch.hpp"
#include "app/store/event_places.hpp"
#include "app/store/event_segment_reader.hpp"

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace arauto::app {

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
  /// Takes out about so many events of an instance; how many it found.
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
  std::optional<std::uint32_t> find_number(const std::string& instance_id);
  void insert(const event& x, std::int64_t now_ms);
  void insert(const event_claim& x, std::int64_t now_ms);
  void look();

  std::filesystem::path path_;
  std::uint32_t number_;
  sqlite::database file_;
  bool is_ready_;
  place_index places_;
  sqlite::statement insert_event_;
  /// How many events there are, so that none can vanish unnoticed.
  sqlite::statement count_;
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

} // namespace arauto::app
