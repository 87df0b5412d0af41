#include "app/store/event_segment.hpp"

#include "net/log.hpp"
#include "net/random_id.hpp"

#include <algorithm>
#include <chrono>
#include <functional>

namespace arauto::app {

using namespace log_format;

namespace {

constexpr auto component = "event_log";
/// A batch that is longer becomes several commits, so that the buffer has a bound: this, and one event.
constexpr std::size_t commit_bytes_max = 4194304;
/// The buffer that is kept between batches is not longer.
constexpr std::size_t kept_bytes_max = 2 * commit_bytes_max;
/// A file grows by a quarter, within these bounds.
constexpr std::uint64_t step_min = 65536;
constexpr std::uint64_t step_max = 4194304;
/// Emitters whose numbers are remembered; the others are looked up each time.
constexpr std::uint32_t numbers_max = 65536;
constexpr auto unknown = ~std::uint32_t{0};

std::uint32_t hash_of(const std::string& instance_id) noexcept {
  return static_cast<std::uint32_t>(std::hash<std::string>{}(instance_id));
}

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

std::int64_t changed_at_ms(const std::filesystem::path& path) {
  const auto at = std::chrono::file_clock::to_sys(std::filesystem::last_write_time(path));
  return std::chrono::duration_cast<std::chrono::milliseconds>(at.time_since_epoch()).count();
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

event_segment::event_segment(const std::filesystem::path& path, std::uint32_t number, event_sequence follows,
                             std::int64_t now_ms)
    : path_{path}, number_{number}, index_{std::make_shared<shared_index>()}, end_{block} {
  auto file = current_disk().open(path, disk::access::read_write);
  file_header header;
  header.number = number;
  header.follows = follows;
  header.salt = random_bits();
  header.made_at_ms = now_ms;
  file->truncate(0);
  file->reserve(step_min);
  file->write_at(0, sealed(header));
  file->sync();
  file.reset();
  file_ = std::make_unique<segment_file>(path, disk::access::read_write);
  index_->index.follows = follows;
  bytes_ = step_min;
}

bool event_segment::is_vacant(const std::filesystem::path& path) {
  const auto file = current_disk().open(path, disk::access::read_only);
  const auto size = file->size();
  std::string bytes(65536, '\0');
  for (std::uint64_t at = 0; at < size; at += bytes.size()) {
    const auto n = file->read_at(at, bytes);
    if (std::string_view{bytes}.substr(0, n).find_first_not_of('\0') != std::string_view::npos)
      return false;
  }
  return true;
}

event_segment::event_segment(const existing& x) : path_{x.path}, number_{x.number} {
  auto file = std::make_unique<segment_file>(path_, disk::access::read_write);
  bytes_ = file->file().size();
  segment_index found;
  if (!file->header()) {
    const auto most = x.follows + 1 + bytes_ / sizeof(record_head);
    found.follows = x.follows;
    found.add_damage(0, x.follows + 1, x.ends_at_limit ? std::max(x.limit, x.follows + 1) : most);
    look_at(found);
    oldest_ms_ = newest_ms_ = changed_at_ms(path_); // It stays as long as others do.
    unreadable_ = std::make_shared<shared_index>();
    unreadable_->index = std::move(found);
    log(log_level::error, component, '"' + path_.string() + "\" cannot be read: its first bytes are damaged");
    return;
  }
  if (auto closed = file->read_index(); closed && closed->last_used() <= x.limit) {
    look_at(*closed);
    return;
  }
  file->scan(found, x.limit);
  if (x.ends_at_limit && found.last_used() < x.limit)
    found.add_damage(found.end, found.last_used() + 1, x.limit);
  for (const auto& one : found.damages)
    log(log_level::error, component,
        '"' + path_.string() + "\" is damaged at byte " + std::to_string(one.position) + ": the events from place " +
            std::to_string(one.first) + " to " + std::to_string(one.last) +
            " cannot be read. `arauto log verify` shows more");
  look_at(found);
  index_ = std::make_shared<shared_index>();
  index_->index = std::move(found);
  file_ = std::move(file);
}

/// Notes what stays in memory.
void event_segment::look_at(const segment_index& x) {
  first_ = x.first;
  last_ = x.first == 0 && x.damages.empty() ? 0 : x.last_used();
  damaged_ = x.damages.empty() ? std::pair<event_sequence, event_sequence>{0, 0}
                               : std::pair{x.damages.front().first, x.damages.back().last};
  if (first_ == 0 || (damaged_.first != 0 && damaged_.first < first_))
    first_ = damaged_.first;
  oldest_ms_ = x.oldest_ms;
  newest_ms_ = x.newest_ms;
  end_ = x.end;
  for (const auto& [key, claim] : x.claims)
    sketch_.insert(key.key);
  instance_hashes_.clear();
  for (const auto& one : x.instances)
    if (!one.id.empty())
      instance_hashes_.push_back(hash_of(one.id));
  std::sort(instance_hashes_.begin(), instance_hashes_.end());
}

// -- writing

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

void event_segment::close() {
  if (!is_open())
    return;
  const auto& index = index_->index;
  auto bytes = packed(index, file_->salt());
  block_head head;
  head.kind = head_kind::index;
  head.bytes = bytes.size();
  bytes.insert(0, sealed(head, file_->salt(), end_));
  bytes.resize(up_to(block, bytes.size()), '\0');
  block_head end;
  end.kind = head_kind::end;
  end.sync_start = end_;
  bytes += sealed(end, file_->salt(), end_ + bytes.size());
  file_->file().write_at(end_, bytes);
  file_->file().truncate(end_ + bytes.size());
  file_->file().sync();
  bytes_ = end_ + bytes.size();
  look_at(index);
  index_.reset();
  file_.reset();
  numbers_ = {};
  buffer_ = {};
}

void event_segment::reopen() {
  auto file = std::make_unique<segment_file>(path_, disk::access::read_write);
  auto found = file->read_index();
  if (!found)
    throw disk_failure("The index of a closed file of the event log can no longer be read");
  file_ = std::move(file);
  index_ = std::make_shared<shared_index>();
  index_->index = std::move(*found);
  cut();
}

// -- looking and erasing

std::shared_ptr<const shared_index> event_segment::index() const {
  if (auto x = shared())
    return x;
  segment_file file{path_, disk::access::read_only};
  auto found = file.read_index();
  if (!found)
    file.scan(found.emplace(), last_);
  auto x = std::make_shared<shared_index>();
  x->index = std::move(*found);
  return x;
}

bool event_segment::may_have(const std::string& instance_id) const {
  if (index_)
    return index_->index.number_of.contains(instance_id);
  return std::binary_search(instance_hashes_.begin(), instance_hashes_.end(), hash_of(instance_id));
}

std::vector<doomed_record> event_segment::doom(const std::string& instance_id, std::size_t records_max) {
  auto& index = index_->index;
  const auto at = index.number_of.find(instance_id);
  if (at == index.number_of.end())
    return {};
  std::vector<doomed_record> doomed;
  const auto number = at->second;
  const auto add = [&](std::uint64_t position) {
    // One that is damaged cannot be overwritten, since its length is unknown; it goes with its segment.
    if (const auto record = file_->read_record(position, 0))
      doomed.push_back({position, record->head.bytes});
  };
  file_->forget();
  const std::lock_guard lock{index_->mutex};
  auto& places = index.instances[number].places;
  const auto some = std::min(places.size(), records_max);
  for (auto left = some; left > 0; --left) {
    add(segment_index::position_of(places.back()));
    places.pop_back();
  }
  index.events -= some;
  if (!places.empty())
    return doomed;
  for (const auto position : index.instances[number].claims)
    add(position);
  erase_if(index.claims, [number](const auto& x) { return x.first.instance == number; });
  add(index.instances[number].position);
  index.instances[number].id.clear();
  index.instances[number].name.clear();
  index.instances[number].claims.clear();
  index.number_of.erase(at);
  return doomed;
}

void event_segment::overwrite(std::span<const doomed_record> doomed) {
  for (const auto& x : doomed)
    file_->file().write_at(x.position, erased_record(x.bytes, file_->salt(), x.position));
  file_->file().sync();
}

} // namespace arauto::app
