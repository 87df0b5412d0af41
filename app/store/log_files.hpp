#pragma once

#include "app/store/event_segment_reader.hpp"

#include <filesystem>
#include <functional>
#include <memory>
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

/// What the index knows. Throws sqlite::failure.
log_extent read_extent(sqlite::database& index);

/// An event log that is only read, beside a running server or without one: for tools. One thread. Throws
/// std::runtime_error.
class log_files {
public:
  /// `data`: a data directory.
  explicit log_files(const std::filesystem::path& data);

  log_extent extent() const;
  /// One page. Looks at the directory each time: a server adds and drops segments.
  event_page read(const event_query& x);
  /// The place of the last event.
  event_sequence last() const;
  /// The ids that had this name, or are this text.
  std::vector<std::string> instances_named(std::string_view name_or_id) const;

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
  std::filesystem::path directory_;
};

} // namespace arauto::app
