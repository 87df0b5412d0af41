#pragma once

#include "actors/event_store.hpp"
#include "app/store/claim_sketch.hpp"
#include "app/store/segment_file.hpp"

#include <filesystem>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace arauto::app {

/// A record that is to be overwritten, since what it says has to go.
struct doomed_record {
  std::uint64_t position = 0;
  std::uint32_t bytes = 0;
};

/// The events of a span of the sequence in one file, in the hands of the log's thread. *Open*: its index is in memory,
/// and it takes events; *closed*: the index stands behind the events, and little is in memory (4 bytes for each
/// instance, 512 KiB where there are claims). Functions throw disk_failure.
class event_segment {
public:
  /// Begins a segment in an empty file.
  event_segment(const std::filesystem::path& path, std::uint32_t number, event_sequence follows, std::int64_t now_ms);

  /// Opens what is there; events behind place `limit` count for nothing.
  struct existing {
    std::filesystem::path path;
    std::uint32_t number = 0;
    /// The last place of the segment before.
    event_sequence follows = 0;
    event_sequence limit = std::numeric_limits<event_sequence>::max();
    /// Another one follows, which says that this one ends at `limit`.
    bool ends_at_limit = false;
  };
  explicit event_segment(const existing& x);

  /// Whether a file was never begun: a process that ended too early has left it.
  static bool is_vacant(const std::filesystem::path& path);

  /// One write with a sync: all or nothing, once this returns. After a failure the object is of no use.
  void append(std::span<const event_ptr> events, std::span<const event_claim> claims, std::int64_t now_ms);
  /// The same without a sync, for a file that nobody has seen yet.
  void append_unsynced(std::span<const event_ptr> events, std::span<const event_claim> claims, std::int64_t now_ms);
  /// Notes that events with these places cannot be had any more, and nobody erased them; without a sync.
  void append_lost(event_sequence first, event_sequence last, std::int64_t now_ms);
  /// Cuts off what stands behind the last commit, and syncs: whatever it was, it will never be there again.
  void cut();
  /// Writes the index and lets go of it. Nothing happens to one that is closed.
  void close();
  bool is_open() const noexcept { return index_ != nullptr; }

  /// What is in there: shared while it is open, else read from the file.
  std::shared_ptr<const shared_index> index() const;
  /// For readers; nullptr: it is closed.
  std::shared_ptr<const shared_index> shared() const noexcept { return index_ ? index_ : unreadable_; }

  /// Not: certainly nothing of that instance is in here.
  bool may_have(const std::string& instance_id) const;
  bool may_have(const claim_digest& key) const noexcept { return sketch_.may_hold(key); }

  /// About so many records of an instance, of an open segment; with them or without, all of it is gone once there are
  /// none left.
  std::vector<doomed_record> doom(const std::string& instance_id, std::size_t records_max);
  /// Overwrites them and syncs.
  void overwrite(std::span<const doomed_record> doomed);
  /// Opens a closed one for that: its index is cut off until it is closed again.
  void reopen();

  std::uint32_t number() const noexcept { return number_; }
  /// Else what comes needs another one.
  bool takes_events() const noexcept { return !unreadable_ && damaged_.first == 0; }
  /// No event was ever in here.
  bool is_empty() const noexcept { return last_ == 0 && damaged_.first == 0; }
  event_sequence first() const noexcept { return first_; }
  /// The last place that is used up.
  event_sequence last() const noexcept { return last_; }
  /// Places of the first event and of the last one that cannot be read; 0: all can.
  std::pair<event_sequence, event_sequence> damaged() const noexcept { return damaged_; }
  std::int64_t oldest_ms() const noexcept { return oldest_ms_; }
  std::int64_t newest_ms() const noexcept { return newest_ms_; }
  /// Of the file.
  std::uint64_t bytes() const noexcept { return bytes_; }
  /// Of its events.
  std::uint64_t used_bytes() const noexcept { return end_; }
  const std::filesystem::path& path() const noexcept { return path_; }

private:
  struct batch;
  /// What a new file reserves, and at least what one grows by.
  static constexpr std::uint64_t step_min = 65536;

  void look_at(const segment_index& x);
  batch write_batch(std::span<const event_ptr> events, std::span<const event_claim> claims, std::int64_t now_ms);
  void note(const batch& to);
  std::uint32_t number_of(const emitter& x, batch& to);
  void add(const event& x, batch& to);
  void add(const event_claim& x, batch& to);
  void end_commit(batch& to);
  void write(std::string_view bytes);

  std::filesystem::path path_;
  std::uint32_t number_ = 0;
  std::unique_ptr<segment_file> file_;
  std::shared_ptr<shared_index> index_;
  /// Of a file whose header is damaged: all of it is.
  std::shared_ptr<shared_index> unreadable_;
  claim_sketch sketch_;
  /// Of a closed segment's instances, sorted: a hash of the id.
  std::vector<std::uint32_t> instance_hashes_;
  /// By number of the emitter in this process: the number that its instance has in here, if it is the same.
  std::vector<std::uint32_t> numbers_;
  /// Kept between batches.
  std::string buffer_;
  event_sequence first_ = 0;
  event_sequence last_ = 0;
  std::pair<event_sequence, event_sequence> damaged_{0, 0};
  std::int64_t oldest_ms_ = 0;
  std::int64_t newest_ms_ = 0;
  std::uint64_t end_ = 0;
  std::uint64_t bytes_ = 0;
};

} // namespace arauto::app
