#pragma once

#include "actors/event.hpp"
#include "actors/idempotency.hpp"
#include "actors/offset.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <unordered_map>
#include <vector>

/// What the EVENT LOG needs of storage.
namespace arauto {

/// What a log still has. Immutable: the log publishes a new one when an epoch begins or events go.
struct log_extent {
  struct epoch {
    std::uint64_t number = 0;
    /// The first place that events got in it.
    event_sequence first = 0;
  };
  /// In order; the last one is the present.
  std::vector<epoch> epochs;
  /// Every event up to here has gone: dropped by retention, or erased with its instance.
  event_sequence purged_through = 0;
  /// The last event of an instance that has gone, by id of the instance; only while that is more than none.
  std::unordered_map<std::string, event_sequence> purged_of;
  /// The last event of any instance that has gone.
  event_sequence newest_purged = 0;

  const epoch& now() const { return epochs.back(); }
  /// The place of a position, if it is one in this log.
  std::optional<event_sequence> find(const offset& x) const noexcept;
  /// A place of this log as a position; places before all that it knows get the oldest epoch.
  offset at(event_sequence x) const noexcept;
  /// Whether no event of that instance behind that place has gone.
  bool is_whole(event_sequence after, const std::string& instance_id) const noexcept;
};
using log_extent_ptr = std::shared_ptr<const log_extent>;

/// Which events a reader wants.
struct event_query {
  /// Behind this place.
  event_sequence after = 0;
  /// Before this place.
  event_sequence before = ~event_sequence{0};
  /// Only of these instances, by id; nothing: of all.
  std::optional<std::vector<std::string>> instances;
  /// Only with this wire name; empty: with any.
  std::string name;
  /// Bounds on one page. One event is given whatever its size.
  std::size_t events_max = 1000;
  std::size_t bytes_max = 262144;

  bool wants(std::string_view instance_id, std::string_view event_name) const noexcept;
};

struct stored_event {
  event_ptr what;
  std::int64_t placed_at_ms = 0;

  /// The event was there, and its instance does not let the log keep what it says.
  bool is_gap() const noexcept { return what->what.data.empty(); }
};

/// An event of which the log keeps the place, the instance and the name only.
event_ptr without_content(const event& x);

struct event_page {
  /// In order.
  std::vector<stored_event> events;
  /// All that was asked for up to here is in the page.
  event_sequence through = 0;
  /// There was no more.
  bool is_end = false;
};

/// What is kept of a claim with the last event that it stands for.
struct event_claim {
  event_ptr last;
  claim_digest key;
  claim_digest body;
};

/// What a store knows of a claim.
struct known_claim {
  claim_digest body;
  event_sequence last = 0;
};

/// Why a store could not do what it was asked, as a sentence.
class store_failure : public std::runtime_error {
public:
  using std::runtime_error::runtime_error;
};

/// Reads what a store has committed. One thread at a time, which may be another one than the writer's.
class event_reader {
public:
  virtual ~event_reader() = default;
  /// Throws store_failure. An event whose checksum is wrong is never given: that, too, is a failure.
  virtual event_page read(const event_query& x) = 0;
};

/// Who an event comes from, as envelopes say it now: a key is never stored.
using emitter_finder = std::function<std::shared_ptr<const emitter>(std::string_view id, std::string_view name)>;

/// Keeps events. Used by the EVENT LOG's thread only, but for `open_reader`.
class event_store {
public:
  virtual ~event_store() = default;

  /// The last place that was given to an event, ever.
  virtual event_sequence last() const noexcept = 0;
  virtual log_extent_ptr extent() const = 0;

  /// Keeps events, which have their places: behind `last`, ascending, and the claims on some of them; of those whose
  /// instance wants nothing kept it keeps a gap. Gives them the present epoch, which may have begun only now, after a
  /// failure. Durable when it returns. When it throws store_failure none of them is there, or will be there again.
  virtual void append(std::span<const event_ptr> events, std::span<const event_claim> claims, std::int64_t now_ms) = 0;

  /// The claim with that key in that instance, unless it has gone with its event or is older than `claim_age_max`.
  /// Throws store_failure.
  virtual std::optional<known_claim> find_claim(const std::string& instance_id, const claim_digest& key,
                                                std::int64_t now_ms) = 0;

  /// What belongs to an instance has gone as far as `extent` says; the bytes go with the next purges. Throws
  /// store_failure.
  virtual void erase(const std::string& instance_id) = 0;

  /// Removes what is too old, too much or erased, in steps: true while there is more to do. Throws store_failure.
  virtual bool purge(std::int64_t now_ms) = 0;

  /// Whether what it keeps outlives the process: then an event is accepted with 201.
  virtual bool is_durable() const noexcept = 0;

  /// May be called, and the reader used, by another thread; the store outlives it.
  virtual std::unique_ptr<event_reader> open_reader(emitter_finder find) = 0;
};

} // namespace arauto
