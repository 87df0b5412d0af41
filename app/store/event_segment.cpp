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
std::uint32_t hash_of(const std::string& instance_id) noexcept {
  return static_cast<std::uint32_t>(std::hash<std::string>{}(instance_id));
}

std::int64_t changed_at_ms(const std::filesystem::path& path) {
  const auto at = std::chrono::file_clock::to_sys(std::filesystem::last_write_time(path));
  return std::chrono::duration_cast<std::chrono::milliseconds>(at.time_since_epoch()).count();
}

} // namespace

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

// -- closing and opening again

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
