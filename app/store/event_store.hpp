#pragma once

#include "app/store/data_directory.hpp"
#include "app/store/event_segment.hpp"

#include <chrono>
#include <deque>
#include <memory>
#include <mutex>
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

/// The event log in `events/` of the data directory: `index.db` knows epochs and what has gone, the other files hold
/// the events. The log's thread only, but for `open_reader`. Functions throw store_failure; the constructor throws
/// std::runtime_error.
class sqlite_event_store final : public event_store {
public:
  /// The directory outlives the store.
  sqlite_event_store(const data_directory& where, const event_store_settings& settings);

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
  friend class sqlite_event_reader;
  struct span {
    std::filesystem::path path;
    event_sequence first = 0;
    event_sequence last = 0;
  };
  /// What readers see: the segments, and up to where they may read.
  struct readable {
    std::vector<span> segments;
    event_sequence last = 0;
  };

  void open();
  void open_segments();
  void begin_epoch();
  void close() noexcept;
  void recover();
  void take_back() noexcept;
  event_segment& segment_for(std::int64_t now_ms);
  void add_segment();
  bool is_due(const event_segment& oldest, std::int64_t now_ms) const;
  bool erase_some();
  void drop(event_segment& oldest);
  void note_purged(const std::string& instance_id, event_sequence through);
  std::uint64_t bytes_allowed() const;
  std::uint64_t bytes() const;
  void publish_extent();
  void publish_readable();
  readable seen_by_readers() const;
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

  mutable std::mutex mutex_;
  log_extent_ptr extent_;
  readable readable_;
};

} // namespace arauto::app
