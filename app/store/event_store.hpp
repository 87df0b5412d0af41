#pragma once

#include "app/store/data_directory.hpp"
#include "app/store/event_segment.hpp"
#include "app/store/sqlite.hpp"

#include <chrono>
#include <deque>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <unordered_set>

namespace arauto::app {

struct event_store_settings {
  /// Events older than that go.
  std::chrono::milliseconds age_max{86400000};
  /// Beyond that the oldest go.
  std::uint64_t bytes_max = 2147483648;
  /// The log takes at most that much of what is free on its disk and what it has itself, in percent.
  std::uint64_t disk_percent_max = 10;
  /// A segment takes events until it is that large.
  std::uint64_t segment_bytes = 67108864;
};

/// The event log in `events/` of the data directory: `index.db` (SQLite) knows epochs and what has gone, the other
/// files hold the events (docs/event-log-format.md). The log's thread only, but for `open_reader`. Functions throw
/// store_failure; the constructor throws std::runtime_error.
class disk_event_store final : public event_store {
public:
  /// The directory outlives the store. Brings a log of an older form to the present one first.
  disk_event_store(const data_directory& where, const event_store_settings& settings);
  /// Closes the newest segment, so that the next start need not read it.
  ~disk_event_store() override;

  event_sequence last() const noexcept override { return last_; }
  log_extent_ptr extent() const override;
  void append(std::span<const event_ptr> events, std::span<const event_claim> claims, std::int64_t now_ms) override;
  std::optional<known_claim> find_claim(const std::string& instance_id, const claim_digest& key,
                                        std::int64_t now_ms) override;
  void erase(const std::string& instance_id) override;
  bool purge(std::int64_t now_ms) override;
  bool is_durable() const noexcept override { return true; }
  std::unique_ptr<event_reader> open_reader(emitter_finder find) override;

  /// Erases what belongs to no instance that there is: one was deleted, and the process ended before its events were
  /// gone, or the instances are newer than the log. Throws store_failure.
  void erase_all_but(const std::unordered_set<std::string>& instance_ids);

private:
  friend class disk_event_reader;
  /// A segment as readers see it.
  struct readable {
    std::filesystem::path path;
    std::uint32_t number = 0;
    event_sequence first = 0;
    /// Of a closed one; the open one has what was committed.
    event_sequence last = 0;
    /// Nullptr: it is closed, and the index is in the file.
    std::shared_ptr<const shared_index> index;
  };
  using readable_list = std::shared_ptr<const std::vector<readable>>;

  void open(event_sequence accepted);
  void open_segments(event_sequence accepted);
  void finish_overwriting();
  void begin_epoch();
  void close() noexcept;
  void recover();
  void take_back() noexcept;
  event_segment& segment_for(std::int64_t now_ms);
  void add_segment(std::int64_t now_ms);
  bool is_due(const event_segment& oldest, std::int64_t now_ms) const;
  bool erase_some();
  bool erase_some(const std::string& instance_id, event_segment& from);
  void drop(event_segment& oldest);
  void note_purged(const std::string& instance_id, event_sequence through);
  const segment_index& claims_of(const event_segment& x);
  std::uint64_t bytes_allowed() const;
  std::uint64_t bytes() const;
  void publish_extent();
  void publish_segments();
  void publish_last();
  template <class Deed>
  auto guarded(const Deed& deed);

  const data_directory& home_;
  std::filesystem::path directory_;
  event_store_settings settings_;
  std::unique_ptr<sqlite::database> index_;
  /// Oldest first; the last one takes events.
  std::deque<std::unique_ptr<event_segment>> segments_;
  /// The last place that an accepted event has; what the files have behind it was refused.
  event_sequence last_ = 0;
  /// A write has failed: everything is opened and looked at again before the next one.
  bool is_broken_ = false;
  std::uint32_t next_number_ = 1;
  /// The index of the closed segment in which a claim was looked for last.
  std::shared_ptr<const shared_index> claims_;
  std::uint32_t claims_of_ = 0;

  mutable std::mutex mutex_;
  log_extent_ptr extent_;
  readable_list readable_;
  event_sequence readable_last_ = 0;
  /// Held by readers while they read, and by the writer while it changes what is there: to erase it.
  mutable std::shared_mutex overwriting_;
};

} // namespace arauto::app
