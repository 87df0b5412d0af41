#pragma once

#include "actors/event_store.hpp"
#include "app/store/sqlite.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

/// Where the events of each instance stand within a segment, for those who want the events of one instance only.
/// An index of SQLite's would cost nearly a page of the write-ahead log for each event, since the events of many
/// instances come mixed. So the places of some hundred events in a row are written as one *block*, sorted by instance;
/// the events behind the last block are few enough to be looked through.
namespace arauto::app {

/// An event's place, and the number that its instance has within the segment.
struct event_place {
  std::uint32_t instance = 0;
  event_sequence sequence = 0;
};

/// The places of the events from `first` to `last`, as they are stored.
struct place_block {
  event_sequence first = 0;
  event_sequence last = 0;
  /// For each event, sorted: number of the instance, then its distance from `first`, 32 bits each, big end first.
  std::span<const unsigned char> places;

  std::uint32_t checksum() const noexcept;
  std::size_t size() const noexcept;
  event_place at(std::size_t position) const noexcept;
  /// Position of the first place of an instance, and the one behind its last.
  std::pair<std::size_t, std::size_t> range_of(std::uint32_t instance) const noexcept;
};

/// The stored blocks that reach beyond `after`, oldest or newest first. Throws sqlite::failure, also for a block that
/// was changed on the disk: events would be missing without a word.
class block_reader {
public:
  enum class order { oldest, newest };
  explicit block_reader(sqlite::database& segment, order from = order::oldest);
  void begin(event_sequence after);
  /// The next block, or nothing. Valid until the next call.
  std::optional<place_block> next();
  /// Ends before the last block.
  void end() noexcept { rows_.reset(); }

private:
  sqlite::statement rows_;
};

/// The places of a segment that is open for writing. Functions run within the caller's transaction and throw
/// sqlite::failure; after a failed transaction the segment must be opened again. The log's thread only.
class place_index {
public:
  /// Events of a block; it may have as many more as one transaction brings.
  static constexpr std::size_t block_events = 512;

  explicit place_index(sqlite::database& segment);

  /// Reads what is behind the last block; makes blocks of it where there is enough.
  void load();
  /// A new event, in order.
  void add(event_place x) { tail_.push_back(x); }
  /// Writes a block when there is enough for one.
  void write_block();
  /// Forgets the blocks that have events behind a place; `load` reads the others' places again.
  void truncate(event_sequence last);
  /// The first places of an instance, and no more than a block beyond `places_max`; they are in here no more. Fewer:
  /// these were all.
  std::vector<event_sequence> take_some(std::uint32_t instance, std::size_t places_max);
  /// The last place of an instance, or 0. Looks at the newest blocks first.
  event_sequence last_of(std::uint32_t instance);
  /// The last place of each instance.
  std::unordered_map<std::uint32_t, event_sequence> last_of_all();

private:
  void write(std::span<event_place> places);
  void store(const place_block& x);

  sqlite::database* file_;
  block_reader blocks_;
  block_reader newest_;
  sqlite::statement insert_;
  /// Behind the last block. Bounded by its size and that of one transaction.
  std::vector<event_place> tail_;
};

} // namespace arauto::app
