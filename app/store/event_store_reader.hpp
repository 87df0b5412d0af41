#pragma once

#include "app/store/event_segment_reader.hpp"
#include "app/store/event_store.hpp"

#include <filesystem>
#include <memory>
#include <set>
#include <vector>

namespace arauto::app {

/// Reads what a store has committed, from its files. Keeps those open that it read last. One thread at a time; the
/// store outlives it.
class sqlite_event_reader final : public event_reader {
public:
  sqlite_event_reader(const sqlite_event_store& home, emitter_finder find) : home_{home}, find_{std::move(find)} {}

  event_page read(const event_query& asked) override;

private:
  static constexpr std::size_t open_max = 8;
  /// Beyond that they are checked again.
  static constexpr std::size_t sound_max = 1000;

  struct opened {
    std::filesystem::path path;
    std::unique_ptr<event_segment_reader> reader;
  };

  event_page read_page(const event_query& asked);
  event_segment_reader& reader_of(const std::filesystem::path& segment);

  const sqlite_event_store& home_;
  emitter_finder find_;
  std::vector<opened> open_;
  /// Files that were checked.
  std::set<std::filesystem::path> sound_;
};

} // namespace arauto::app
