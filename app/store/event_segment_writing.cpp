// How a segment takes events: records in a buffer, one write, one sync.
#include "app/store/event_segment.hpp"

#include <algorithm>

namespace arauto::app {

using namespace log_format;

namespace {

/// A batch that is longer becomes several commits, so that the buffer has a bound: this, and one event.
constexpr std::size_t commit_bytes_max = 4194304;
/// The buffer that is kept between batches is not longer.
constexpr std::size_t kept_bytes_max = 2 * commit_bytes_max;
/// A file grows by a quarter, by `step_min` at least and so many bytes at most.
constexpr std::uint64_t step_max = 4194304;
/// Emitters whose numbers are remembered; the others are looked up each time.
constexpr std::uint32_t numbers_max = 65536;
constexpr auto unknown = ~std::uint32_t{0};

record_view record_of(const event& x, std::uint32_t instance, std::int64_t now_ms) {
  record_view out;
  out.head.kind = record_kind::event;
  out.head.flags = x.is_selected ? 1 : 0;
  out.head.sequence = x.sequence;
  out.head.placed_at_ms = now_ms;
  out.head.instance = instance;
  out.name = x.what.name;
  if (!x.from->keeps_events)
    return out;
  out.data = x.what.data;
  out.sender = x.what.sender;
  out.date_time = x.date_time_json;
  out.server_url = x.server_url_json;
  out.more = x.what.more;
  return out;
}

std::string_view text_of(const claim_digest& x) noexcept {
  return {reinterpret_cast<const char*>(x.bytes.data()), x.bytes.size()};
}

} // namespace

/// What `append` writes.
struct event_segment::batch {
  struct written_event {
    std::uint32_t instance = 0;
    event_place place;
  };
  struct written_commit {
    block_head head;
    std::uint64_t position = 0;
  };
  std::int64_t now_ms = 0;
  /// Of the first commit, then of the one that is in the buffer.
  std::uint64_t sync_start = 0;
  std::uint64_t position = 0;
  block_head head;
  std::vector<written_event> events;
  std::vector<written_commit> commits;
};

std::uint32_t event_segment::number_of(const emitter& x, batch& to) {
  const auto& index = index_->index;
  if (x.number < numbers_max) {
    if (numbers_.size() <= x.number)
      numbers_.resize(x.number + std::size_t{1}, unknown);
    if (const auto number = numbers_[x.number]; number != unknown && index.instances[number].id == x.id)
      return number;
  }
  const auto known = index.number_of.find(x.id);
  auto number = static_cast<std::uint32_t>(index.instances.size());
  if (known != index.number_of.end()) {
    number = known->second;
  } else {
    record_view record;
    record.head.kind = record_kind::instance;
    record.head.instance = number;
    record.name = x.id;
    record.data = x.name;
    const auto position = to.position + buffer_.size();
    append_record(buffer_, record, file_->salt(), position);
    ++to.head.records;
    const std::lock_guard lock{index_->mutex};
    index_->index.add(record, position);
  }
  if (x.number < numbers_max)
    numbers_[x.number] = number;
  return number;
}

void event_segment::add(const event& x, batch& to) {
  if (buffer_.size() > commit_bytes_max)
    end_commit(to);
  const auto instance = number_of(*x.from, to);
  const auto position = to.position + buffer_.size();
  append_record(buffer_, record_of(x, instance, to.now_ms), file_->salt(), position);
  to.events.push_back({instance, index_->index.place_of(x.sequence, position)});
  ++to.head.records;
  ++to.head.events;
  to.head.first = to.head.first == 0 ? x.sequence : to.head.first;
  to.head.last = x.sequence;
}

void event_segment::add(const event_claim& x, batch& to) {
  record_view record;
  record.head.kind = record_kind::claim;
  record.head.instance = number_of(*x.last->from, to);
  record.head.sequence = x.last->sequence;
  record.head.placed_at_ms = to.now_ms;
  const auto digests = std::string{text_of(x.key)}.append(text_of(x.body));
  record.data = digests;
  const auto position = to.position + buffer_.size();
  append_record(buffer_, record, file_->salt(), position);
  ++to.head.records;
  sketch_.insert(x.key); // Too much when the batch fails: that costs a look.
  const std::lock_guard lock{index_->mutex};
  index_->index.add(record, position);
}

void event_segment::write(std::string_view bytes) {
  if (end_ + bytes.size() > bytes_) {
    const auto size = end_ + bytes.size() + std::clamp(end_ / 4, step_min, step_max);
    file_->file().reserve(size);
    bytes_ = size;
  }
  file_->file().write_at(end_, bytes);
}

void event_segment::end_commit(batch& to) {
  buffer_ += end_mark;
  to.head.bytes = buffer_.size() - block;
  to.head.placed_at_ms = to.now_ms;
  to.head.sync_start = to.sync_start;
  buffer_.replace(0, block, sealed(to.head, file_->salt(), to.position));
  to.commits.push_back({to.head, to.position});
  write(buffer_);
  to.position = end_ = up_to(block, to.position + buffer_.size());
  to.head = {};
  buffer_.assign(block, '\0');
}

void event_segment::append(std::span<const event_ptr> events, std::span<const event_claim> claims,
                           std::int64_t now_ms) {
  if (!is_open())
    reopen();
  const auto to = write_batch(events, claims, now_ms);
  file_->file().sync();
  note(to);
}

void event_segment::append_unsynced(std::span<const event_ptr> events, std::span<const event_claim> claims,
                                    std::int64_t now_ms) {
  note(write_batch(events, claims, now_ms));
}

void event_segment::append_lost(event_sequence first, event_sequence last, std::int64_t now_ms) {
  batch to;
  to.now_ms = now_ms;
  to.sync_start = to.position = end_;
  buffer_.assign(block, '\0');
  record_view record;
  record.head.kind = record_kind::lost;
  record.head.sequence = first;
  record.data = bytes_of(last);
  append_record(buffer_, record, file_->salt(), to.position + block);
  index_->index.add(record, to.position + block);
  to.head.records = 1;
  to.head.first = first;
  to.head.last = last;
  end_commit(to);
  note(to);
}

event_segment::batch event_segment::write_batch(std::span<const event_ptr> events, std::span<const event_claim> claims,
                                                std::int64_t now_ms) {
  batch to;
  to.now_ms = now_ms;
  to.sync_start = to.position = end_;
  to.events.reserve(events.size());
  buffer_.assign(block, '\0');
  for (const auto& x : events)
    add(*x, to);
  for (const auto& x : claims)
    add(x, to);
  end_commit(to);
  if (buffer_.capacity() > kept_bytes_max)
    buffer_ = {};
  return to;
}

/// What was written is there.
void event_segment::note(const batch& to) {
  auto& index = index_->index;
  const std::lock_guard lock{index_->mutex};
  for (const auto& x : to.events)
    index.instances[x.instance].places.push_back(x.place);
  index.events += to.events.size();
  for (const auto& x : to.commits)
    index.add(x.head, x.position);
  first_ = first_ == 0 ? index.first : first_;
  last_ = index.last;
  oldest_ms_ = index.oldest_ms;
  newest_ms_ = index.newest_ms;
}

void event_segment::cut() {
  if (!is_open())
    return;
  file_->file().truncate(end_);
  file_->file().sync();
  bytes_ = end_;
}

} // namespace arauto::app
