#pragma once

#include "actors/event_store.hpp"
#include "app/store/sqlite.hpp"

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace arauto::app {

/// A segment of the event log as SQLite databases held it (schema versions 1 to 3), to be read once. Functions throw
/// sqlite::failure.
class old_segment {
public:
  /// What one row says; views are valid until the next one.
  struct row {
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
    /// Its checksum is right.
    bool is_sound = false;
  };
  struct claim {
    claim_digest key;
    claim_digest body;
    event_sequence last = 0;
  };

  explicit old_segment(const std::filesystem::path& path);

  void for_each(const std::function<void(const row& x)>& then);
  /// In the order of their events.
  std::vector<claim> claims();
  /// The first place, or 0.
  event_sequence first();
  /// The last place, or 0.
  event_sequence last();
  /// Events are missing that nobody erased.
  bool lacks_events();

private:
  sqlite::database file_;
  std::int64_t version_;
};

/// Number of the segment that a file of the older form is; nothing: it is none.
std::optional<std::uint32_t> number_of_old_segment(const std::filesystem::path& file);

} // namespace arauto::app
