#include "app/store/event_store_reader.hpp"

#include <algorithm>

namespace arauto::app {

event_page sqlite_event_reader::read(const event_query& asked) {
  try {
    auto page = read_page(asked);
    const auto extent = home_.extent();
    for (const auto& x : page.events)
      x.what->epoch = extent->at(x.what->sequence).epoch;
    return page;
  } catch (const sqlite::failure& why) {
    open_.clear();
    throw store_failure(why.what());
  }
}

event_page sqlite_event_reader::read_page(const event_query& asked) {
  const auto now = home_.seen_by_readers();
  auto x = asked;
  x.before = std::min(x.before, now.last + 1); // What is behind was accepted by nobody.
  event_page page;
  page.through = x.after;
  read_budget left{x.events_max, x.bytes_max};
  for (const auto& segment : now.segments)
    if (segment.last > x.after && segment.first < x.before && !reader_of(segment.path).read(x, page, left))
      return page;
  page.is_end = true;
  page.through = std::max(page.through, x.before - 1);
  return page;
}

event_segment_reader& sqlite_event_reader::reader_of(const std::filesystem::path& segment) {
  const auto at = std::find_if(open_.begin(), open_.end(), [&](const opened& one) { return one.path == segment; });
  if (at != open_.end())
    return *at->reader;
  auto reader = std::make_unique<event_segment_reader>(segment, find_);
  if (!sound_.contains(segment))
    reader->check(home_.seen_by_readers().last);
  if (sound_.size() >= sound_max)
    sound_.clear();
  sound_.insert(segment);
  if (open_.size() >= open_max)
    open_.erase(open_.begin());
  open_.push_back({segment, std::move(reader)});
  return *open_.back().reader;
}

} // namespace arauto::app
