#pragma once

#include "actors/event_store.hpp"
#include "app/store/segment_file.hpp"

#include <filesystem>
#include <memory>
#include <vector>

namespace arauto::app {

/// What one page may still cost.
struct read_budget {
  std::size_t events = 0;
  std::size_t bytes = 0;
  /// Looked at, wanted or not: a page of a rare event must not read the whole log.
  std::size_t records = 20000;
};

/// Reads events from one segment, each with its checksum checked. Who wants all reads commit by commit, at most 16 KiB
/// in vain; who wants some instances reads their records only, 4 KiB at least. One thread, which may be another one
/// than the writer's.
class segment_reader {
public:
  /// `index`: what is in there; shared with the writer, or read from the file. Both arguments outlive the reader.
  /// Throws disk_failure.
  segment_reader(const std::filesystem::path& path, std::shared_ptr<const shared_index> index,
                 const emitter_finder& find);

  /// Adds to a page what was asked for; false when the page is full before the segment is through. Throws store_failure
  /// for an event that was changed on the disk, and logs the path with it; disk_failure.
  bool read(const event_query& x, event_page& out, read_budget& left);

  const std::shared_ptr<const shared_index>& index() const noexcept { return index_; }

private:
  struct found_place {
    event_sequence sequence = 0;
    std::uint64_t position = 0;
    std::uint32_t instance = 0;
  };
  enum class taken { yes, gone, page_is_full };

  bool read_sound(const event_query& x, event_page& out, read_budget& left);
  bool read_all(const event_query& x, event_page& out, read_budget& left);
  bool read_some(const event_query& x, event_page& out, read_budget& left);
  std::vector<found_place> places_of(const event_query& x, std::size_t places_max) const;
  taken take(const log_format::record_view& record, const event_query& x, event_page& out, read_budget& left);
  event_sequence first_damaged(const event_query& x) const;
  event_sequence damaged_at(std::uint64_t position) const;

  std::filesystem::path path_;
  std::shared_ptr<const shared_index> index_;
  segment_file file_;
  const emitter_finder* find_;
};

} // namespace arauto::app
