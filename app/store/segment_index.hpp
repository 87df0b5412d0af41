#pragma once

#include "actors/event_store.hpp"
#include "actors/idempotency.hpp"
#include "app/store/log_format.hpp"

#include <boost/unordered/unordered_flat_map.hpp>

#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace arauto::app {

/// Where an event stands: 8 bytes for each.
struct event_place {
  /// In steps of 8 bytes.
  std::uint32_t position = 0;
  /// Its distance from the place that the segment follows.
  std::uint32_t distance = 0;
};

/// Where everything stands in one segment. Made by reading the file once, kept up by the log's thread while the segment
/// takes events, and written behind the events when it is closed; then it is in memory only while somebody reads.
struct segment_index {
  struct instance_entry {
    /// Empty: it was erased.
    std::string id;
    std::string name;
    /// Of the record that says so.
    std::uint64_t position = 0;
    /// In order.
    std::vector<event_place> places;
    /// Positions of its claims, also of those whose key came again.
    std::vector<std::uint64_t> claims;
  };
  struct claim_entry {
    claim_digest body;
    event_sequence last = 0;
    std::int64_t placed_at_ms = 0;
  };
  struct claim_key {
    std::uint32_t instance = 0;
    claim_digest key;
    friend bool operator==(const claim_key&, const claim_key&) = default;
  };
  struct claim_key_hash {
    std::size_t operator()(const claim_key& x) const noexcept { return claim_digest_hash{}(x.key) ^ x.instance; }
  };
  /// Events that cannot be read.
  struct damage {
    std::uint64_t position = 0;
    event_sequence first = 0;
    event_sequence last = 0;
  };
  /// A commit and its first place. One for some KiB of file.
  struct seek {
    event_sequence first = 0;
    std::uint64_t position = 0;
  };

  /// The last place that was given before.
  event_sequence follows = 0;
  /// By the number within the segment. Entries stay where they are.
  std::deque<instance_entry> instances;
  boost::unordered_flat_map<std::string, std::uint32_t> number_of;
  boost::unordered_flat_map<claim_key, claim_entry, claim_key_hash> claims;
  /// In order.
  std::vector<seek> seeks;
  std::vector<damage> damages;
  /// Of its commits; 0 when there is none.
  event_sequence first = 0;
  event_sequence last = 0;
  std::int64_t oldest_ms = 0;
  std::int64_t newest_ms = 0;
  /// That are still there.
  std::uint64_t events = 0;
  /// Where the next commit is to stand.
  std::uint64_t end = log_format::block;

  /// The last place that is used up, if only by events that cannot be read.
  event_sequence last_used() const noexcept;

  /// Notes a record of a commit that was read or written.
  void add(const log_format::record_view& x, std::uint64_t position);
  /// Notes a commit, after its records.
  void add(const log_format::block_head& x, std::uint64_t position);
  void add_damage(std::uint64_t position, event_sequence first_lost, event_sequence last_lost);

  event_place place_of(event_sequence x, std::uint64_t position) const noexcept;
  event_sequence sequence_of(event_place x) const noexcept { return follows + x.distance; }
  static std::uint64_t position_of(event_place x) noexcept { return std::uint64_t{x.position} * 8; }
  /// Where to begin to look for events behind a place.
  std::uint64_t position_behind(event_sequence after) const noexcept;
  /// The last event of that instance, or 0.
  event_sequence last_of(const std::string& instance_id) const;
};

/// The index as it stands in a file, with a checksum of its own.
std::string packed(const segment_index& x, std::uint64_t salt);
/// Nothing where it was changed. `follows` is the file header's; `end` is the caller's to set.
std::optional<segment_index> unpacked(std::string_view bytes, std::uint64_t salt);

/// An index that one thread keeps up while another one reads.
struct shared_index {
  mutable std::mutex mutex;
  segment_index index;
};

} // namespace arauto::app
