#include "app/store/event_store_reader.hpp"

#include <algorithm>

namespace arauto::app {

namespace {

std::shared_ptr<const shared_index> read_index(const std::filesystem::path& path, event_sequence last) {
  segment_file file{path, disk::access::read_only};
  auto x = std::make_shared<shared_index>();
  if (auto found = file.read_index())
    x->index = std::move(*found);
  else
    file.scan(x->index, last); // It was just opened again, or its index was changed.
  return x;
}

} // namespace

event_page disk_event_reader::read(const event_query& asked) {
  try {
    const std::shared_lock unchanged{home_.overwriting_};
    auto page = read_page(asked);
    const auto extent = home_.extent();
    for (const auto& x : page.events)
      x.what->epoch = extent->at(x.what->sequence).epoch;
    return page;
  } catch (const disk_failure& why) {
    open_.clear();
    throw store_failure(why.what());
  }
}

event_page disk_event_reader::read_page(const event_query& asked) {
  disk_event_store::readable_list segments;
  auto x = asked;
  {
    const std::lock_guard lock{home_.mutex_};
    segments = home_.readable_;
    x.before = std::min(x.before, home_.readable_last_ + 1); // What is behind was accepted by nobody.
  }
  event_page page;
  page.through = x.after;
  read_budget left{x.events_max, x.bytes_max};
  for (const auto& segment : *segments)
    if (segment.last > x.after && segment.first < x.before && !reader_of(segment).read(x, page, left))
      return page;
  page.is_end = true;
  page.through = std::max(page.through, x.before - 1);
  return page;
}

segment_reader& disk_event_reader::reader_of(const disk_event_store::readable& segment) {
  const auto at = std::find_if(open_.begin(), open_.end(), [&](const opened& x) { return x.number == segment.number; });
  if (at != open_.end()) {
    if (!segment.index || at->reader->index() == segment.index)
      return *at->reader;
    open_.erase(at); // The writer has another index by now.
  }
  auto index = segment.index ? segment.index : read_index(segment.path, segment.last);
  auto reader = std::make_unique<segment_reader>(segment.path, std::move(index), find_);
  if (open_.size() >= open_max)
    open_.erase(open_.begin());
  open_.push_back({segment.number, std::move(reader)});
  return *open_.back().reader;
}

} // namespace arauto::app
