#include "actors/event_store.hpp"

#include <algorithm>

namespace arauto {

std::optional<event_sequence> log_extent::find(const offset& x) const noexcept {
  const auto at = std::find_if(epochs.begin(), epochs.end(), [&x](const epoch& e) { return e.number == x.epoch; });
  if (at == epochs.end() || x.sequence + 1 < at->first)
    return std::nullopt;
  // The place before the next epoch's first event is the last of this one.
  if (const auto next = std::next(at); next != epochs.end() && x.sequence >= next->first)
    return std::nullopt;
  return x.sequence;
}

offset log_extent::at(event_sequence x) const noexcept {
  const auto behind =
      std::upper_bound(epochs.begin(), epochs.end(), x, [](event_sequence s, const epoch& e) { return s < e.first; });
  return {behind == epochs.begin() ? behind->number : std::prev(behind)->number, x};
}

bool log_extent::is_whole(event_sequence after, const std::string& instance_id) const noexcept {
  if (after >= newest_purged)
    return true;
  const auto at = purged_of.find(instance_id);
  return at == purged_of.end() || at->second <= after;
}

event_ptr without_content(const event& x) {
  const boost::intrusive_ptr<event> gap{new event};
  gap->from = x.from;
  gap->what.name = x.what.name;
  gap->what.index = x.what.index;
  gap->sequence = x.sequence;
  gap->epoch = x.epoch;
  gap->is_selected = x.is_selected;
  return gap;
}

bool event_query::wants(std::string_view instance_id, std::string_view event_name) const noexcept {
  if (!name.empty() && name != event_name)
    return false;
  return !instances || std::find(instances->begin(), instances->end(), instance_id) != instances->end();
}

} // namespace arauto
