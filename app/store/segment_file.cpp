#include "app/store/segment_file.hpp"

#include <algorithm>
#include <array>

namespace arauto::app {

using namespace log_format;

namespace {

/// Read at once where everything is read.
constexpr std::size_t scan_bytes = 1048576;
/// What a disk writes whole or not at all.
constexpr std::uint64_t sector = 512;

bool is_zero(std::string_view x) noexcept {
  return x.find_first_not_of('\0') == std::string_view::npos;
}

/// Whether a record can be what it says, in a segment that has such an index so far.
bool is_sound(const record_view& x, const segment_index& index) noexcept {
  switch (x.head.kind) {
  case record_kind::event:
    return x.head.instance < index.instances.size() && x.head.sequence > index.follows;
  case record_kind::instance:
    return !x.name.empty();
  case record_kind::claim:
    return x.head.instance < index.instances.size() && x.data.size() == 2 * sizeof(claim_digest);
  case record_kind::lost:
    return x.data.size() == sizeof(event_sequence);
  case record_kind::erased:
    return true;
  }
  return false;
}

} // namespace

std::string_view file_window::at(std::uint64_t position, std::size_t bytes, std::size_t ahead) {
  const auto has = [this](std::uint64_t from, std::size_t size) {
    return from >= begin_ && from - begin_ <= filled_ && filled_ - (from - begin_) >= size;
  };
  if (!has(position, bytes)) {
    const auto wanted = std::max(bytes, ahead);
    if (buffer_.size() < wanted)
      buffer_.resize(wanted);
    filled_ = 0; // In case that it fails.
    begin_ = position;
    filled_ = from_->read_at(position, {buffer_.data(), wanted});
  }
  const auto skipped = static_cast<std::size_t>(position - begin_);
  return std::string_view{buffer_.data(), filled_}.substr(std::min(skipped, filled_), bytes);
}

segment_file::segment_file(const std::filesystem::path& path, disk::access how)
    : path_{path}, file_{current_disk().open(path, how)}, window_{*file_} {
  header_ = log_format::read_header(window_.at(0, block, block));
  if (header_ && header_->version > version)
    throw disk_failure("A file of the event log has version " + std::to_string(header_->version) +
                       ", but this program knows only " + std::to_string(version) + ": it was written by a newer one.");
}

std::optional<segment_index> segment_file::read_index() {
  size_ = file_->size();
  const auto size = size_;
  if (!header_ || size < 3 * block || size % block != 0)
    return std::nullopt;
  const auto end = read_head(size - block, block);
  if (!end || end->kind != head_kind::end)
    return std::nullopt;
  const auto head = read_head(end->sync_start, block);
  if (!head || head->kind != head_kind::index || head->bytes > size)
    return std::nullopt;
  const auto bytes = static_cast<std::size_t>(head->bytes);
  auto x = unpacked(window_.at(end->sync_start + block, bytes, bytes), salt());
  window_ = file_window{*file_}; // That was more than any record needs.
  if (x)
    x->end = end->sync_start;
  return x;
}

std::optional<block_head> segment_file::read_head(std::uint64_t position, std::size_t ahead) {
  return log_format::read_head(window_.at(position, block, ahead), salt(), position);
}

std::optional<record_view> segment_file::read_record(std::uint64_t position, std::size_t ahead) {
  const auto head = window_.at(position, sizeof(record_head), ahead);
  auto length = log_format::length_of_record(head, size_);
  if (!length) { // The file may be longer by now.
    size_ = file_->size();
    length = log_format::length_of_record(head, size_);
  }
  if (!length)
    return std::nullopt;
  const auto bytes = window_.at(position, *length, ahead);
  return bytes.size() < *length ? std::nullopt : log_format::read_record(bytes, salt(), position);
}

std::optional<std::uint32_t> segment_file::length_of_record(std::uint64_t position) {
  return log_format::length_of_record(window_.at(position, sizeof(record_head), scan_bytes), size_);
}

void segment_file::scan(segment_index& x, event_sequence limit) {
  if (!header_)
    return;
  size_ = file_->size();
  x.follows = header_->follows;
  while (x.last_used() < limit) {
    const auto position = x.end;
    const auto head = read_head(position, scan_bytes);
    if (head && head->kind != head_kind::commit)
      return; // The index of a closed segment.
    if (head && head->last > limit)
      return;
    if (head && is_whole(*head, position, x)) {
      scan_commit(x, *head);
      continue;
    }
    const auto next = find_commit_behind(position);
    const auto behind = next ? read_head(*next, scan_bytes) : std::nullopt;
    // What was synced before the next one was written cannot be torn.
    if (behind ? behind->sync_start <= position : is_index_at(position) || is_torn(position))
      return;
    if (head && head->first > x.last_used() && position + block + head->bytes <= next.value_or(size_)) {
      scan_commit(x, *head);
    } else {
      // How many events there were is bounded by their bytes.
      const auto end = next.value_or(up_to(block, end_of_bytes(position)));
      const auto first_lost = x.last_used() + 1;
      x.add_damage(position, first_lost,
                   behind ? std::max(first_lost, behind->first - 1)
                          : first_lost + (end - position) / sizeof(record_head));
      x.end = end;
    }
  }
}

/// Whether all of a commit is there, and sound.
bool segment_file::is_whole(const block_head& head, std::uint64_t position, const segment_index& x) {
  const auto begin = position + block;
  if (begin > size_ || head.bytes < end_mark.size() || head.bytes > size_ - begin || head.first <= x.last_used())
    return false;
  const auto end = begin + head.bytes - end_mark.size();
  std::uint32_t records = 0;
  for (auto at = begin; at < end; ++records) {
    const auto record = read_record(at, scan_bytes);
    if (!record || record->head.bytes > end - at)
      return false;
    at += record->head.bytes;
  }
  return records == head.records && window_.at(end, end_mark.size(), scan_bytes) == end_mark;
}

/// Notes what is sound of a commit, and what is not.
void segment_file::scan_commit(segment_index& x, const block_head& head) {
  auto known = head.first - 1;
  std::uint64_t bad = 0; // Where damage began that has no end yet; 0: there is none.
  const auto end_damage = [&](event_sequence last_lost) {
    if (bad != 0)
      x.add_damage(bad, known + 1, std::max(known + 1, last_lost));
    bad = 0;
  };
  const auto end = x.end + block + head.bytes - std::min<std::uint64_t>(head.bytes, end_mark.size());
  for (auto at = x.end + block; at < end;) {
    const auto length = log_format::length_of_record(window_.at(at, sizeof(record_head), scan_bytes), end - at);
    if (!length) {
      bad = bad == 0 ? at : bad;
      break;
    }
    const auto record = read_record(at, scan_bytes);
    if (!record || !is_sound(*record, x)) {
      bad = bad == 0 ? at : bad;
    } else {
      if (record->head.kind == record_kind::event) {
        end_damage(record->head.sequence - 1);
        known = record->head.sequence;
      }
      x.add(*record, at);
    }
    at += *length;
  }
  known = std::min(known, head.last - 1); // Also of a claim that is damaged somebody must hear.
  end_damage(head.last);
  x.add(head, x.end);
}

/// A head of a commit cannot be in there by chance: its checksum is seeded with its position.
std::optional<std::uint64_t> segment_file::find_commit_behind(std::uint64_t position) {
  for (auto at = position + block; at + block <= size_; at += block)
    if (const auto head = read_head(at, scan_bytes); head && head->kind == head_kind::commit)
      return at;
  return std::nullopt;
}

/// Whether the last block of the file says that the index begins there.
bool segment_file::is_index_at(std::uint64_t position) {
  const auto end = size_ < block ? std::nullopt : read_head(size_ - block, block);
  return end && end->kind == head_kind::end && end->sync_start == position;
}

/// Where the last byte is that is not zero, or the position itself.
std::uint64_t segment_file::end_of_bytes(std::uint64_t position) {
  auto end = position;
  for (auto at = position; at < size_; at += scan_bytes)
    if (const auto used = window_.at(at, scan_bytes, scan_bytes).find_last_not_of('\0'); used != std::string_view::npos)
      end = at + used + 1;
  return end;
}

/// Whether what stands behind the last sound commit is what a power cut leaves of one that was being written: some of
/// its sectors were not written, and are zero as they were before, or the file ends before it does. A commit has no
/// sector that is all zeros, nor does it end in zero.
bool segment_file::is_torn(std::uint64_t position) {
  const auto end = end_of_bytes(position);
  if (end <= position + sizeof(block_head))
    return true; // Nothing, or the beginning of its head.
  const auto head = read_head(position, scan_bytes);
  if (!head)
    return is_zero(window_.at(position, block, scan_bytes)); // Its first sector is missing.
  if (end < position + block + head->bytes)
    return true;
  const auto last = position + block + head->bytes;
  for (auto from = position; from < last;) {
    const auto to = std::min(last, (from / sector + 1) * sector);
    if (is_zero(window_.at(from, static_cast<std::size_t>(to - from), scan_bytes)))
      return true;
    from = to;
  }
  return false;
}

} // namespace arauto::app
