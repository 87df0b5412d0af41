#pragma once

#include "actors/event_store.hpp"
#include "app/store/event_places.hpp"
#include "app/store/sqlite.hpp"

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

namespace arauto::app {

/// The form of the files that this program reads; a server brings older ones to it when it starts.
inline constexpr std::int64_t segment_version = 3;

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

/// What one page may still cost.
struct read_budget {
  std::size_t events = 0;
  std::size_t bytes = 0;
  /// Looked at, wanted or not: a page of a rare event must not read the whole log.
  std::size_t rows = 20000;
};

/// The same file, for another thread that reads. Functions throw sqlite::failure, also for a file of an older form;
/// what `read` meets is logged with the path.
class event_segment_reader {
public:
  event_segment_reader(const std::filesystem::path& path, const emitter_finder& find);

  /// Adds to a page what was asked for; false when the page is full before the segment is through. Throws store_failure
  /// for an event whose checksum is wrong.
  bool read(const event_query& x, event_page& out, read_budget& left);

  /// Looks at the whole file once, about 2 ms for each MiB: where its structure is damaged, or the places of instances,
  /// events could be missing without a word. Events behind `last` are nobody's. Throws as `read`.
  void check(event_sequence last);

private:
  bool read_one(const event_query& x, event_page& out, read_budget& left);
  bool read_block(const place_block& block, std::uint32_t instance, const event_query& x, event_page& out,
                  read_budget& left);
  bool take(sqlite::statement& rows, const event_query& x, event_page& out, read_budget& left);
  std::string find_fault(event_sequence last);
  void reset() noexcept;

  std::string path_;
  sqlite::database file_;
  bool is_ready_;
  sqlite::statement all_;
  sqlite::statement number_of_;
  block_reader blocks_;
  sqlite::statement at_place_;
  sqlite::statement of_one_;
  sqlite::statement behind_;
  const emitter_finder* find_;
};

} // namespace arauto::app
