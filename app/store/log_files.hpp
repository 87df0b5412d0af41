#pragma once

#include "app/store/segment_reader.hpp"
#include "app/store/sqlite.hpp"

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace arauto::app {

/// The files of an event log in its directory, as names.
struct log_file_name {
  static constexpr const char* index = "index.db";
  static std::string of(std::uint32_t number);
  /// Nothing unless `of` could have made it.
  static std::optional<std::uint32_t> number_of(const std::filesystem::path& file);
};

/// Paths of the segments in a directory, oldest first.
std::vector<std::filesystem::path> segment_files(const std::filesystem::path& directory);

/// What a segment has, read from all of its records; where a writer is just changing some, it looks again.
/// Throws disk_failure.
segment_index read_whole(const std::filesystem::path& path);

/// Whether there are files of an older form, which a server brings to this one when it starts.
bool has_old_segments(const std::filesystem::path& directory);

/// What the index knows. Throws sqlite::failure.
log_extent read_extent(sqlite::database& index);

/// An event log that is only read, beside a running server or without one: for tools. Has the indexes of all segments
/// in memory, 8 bytes for each event. One thread. Throws std::runtime_error.
class log_files {
public:
  /// `data`: a data directory.
  explicit log_files(const std::filesystem::path& data);

  log_extent extent() const;
  /// One page. Looks at the directory each time: a server adds and drops segments.
  event_page read(const event_query& x);
  /// The place of the last event.
  event_sequence last();
  /// The ids that had this name, or are this text.
  std::vector<std::string> instances_named(std::string_view name_or_id);

  /// What a look at every event of a segment has found.
  struct verdict {
    std::filesystem::path file;
    std::uint64_t events = 0;
    event_sequence first = 0;
    event_sequence last = 0;
    /// Sentences; empty: it is sound.
    std::vector<std::string> faults;
  };
  /// Looks at all segments, one by one.
  void verify(const std::function<void(const verdict&)>& then) const;

private:
  /// A file that was looked at before: only what came since has to be read.
  struct known {
    std::shared_ptr<shared_index> index;
    std::unique_ptr<segment_reader> reader;
  };
  known* look_at(const std::filesystem::path& file);
  std::vector<known*> look_at_all();

  std::filesystem::path directory_;
  emitter_finder find_;
  std::map<std::filesystem::path, known> known_;
};

} // namespace arauto::app
