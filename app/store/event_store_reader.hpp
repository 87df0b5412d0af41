#pragma once

#include "app/store/event_store.hpp"
#include "app/store/segment_reader.hpp"

#include <memory>
#include <vector>

namespace arauto::app {

/// Reads what a store has committed, from its files. Keeps those open that it read last, and their indexes: 8 bytes for
/// each of their events. One thread at a time; the store outlives it.
class disk_event_reader final : public event_reader {
public:
  disk_event_reader(const disk_event_store& home, emitter_finder find) : home_{home}, find_{std::move(find)} {}

  event_page read(const event_query& asked) override;

private:
  static constexpr std::size_t open_max = 8;

  struct opened {
    std::uint32_t number = 0;
    std::unique_ptr<segment_reader> reader;
  };

  event_page read_page(const event_query& asked);
  segment_reader& reader_of(const disk_event_store::readable& segment);

  const disk_event_store& home_;
  emitter_finder find_;
  std::vector<opened> open_;
};

} // namespace arauto::app
