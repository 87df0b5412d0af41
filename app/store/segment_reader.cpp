#include "app/store/segment_reader.hpp"

#include "net/log.hpp"

#include <algorithm>

namespace arauto::app {

using namespace log_format;

namespace {

/// Read at once where all is wanted.
constexpr std::size_t run_bytes = 65536;
/// Read at once for one event.
constexpr std::size_t single_bytes = 4096;
/// Events ahead that decide how much is read.
constexpr std::size_t events_ahead = 8;

[[noreturn]] void fail_at(event_sequence x) {
  throw store_failure("The event at place " + std::to_string(x) +
                      " of the event log was changed on the disk; its checksum is wrong.");
}

event_ptr event_of(const record_view& record, std::shared_ptr<const emitter> from) {
  const boost::intrusive_ptr<event> x{new event};
  x->from = std::move(from);
  const auto body = std::make_shared<const std::string>(std::string{record.data}.append(record.sender));
  x->what.body = body;
  x->what.data = std::string_view{*body}.substr(0, record.data.size());
  x->what.sender = std::string_view{*body}.substr(record.data.size());
  x->what.name = record.name;
  x->what.index = find_event(record.name).value_or(custom_event);
  x->what.more = record.more;
  x->date_time_json = record.date_time;
  x->server_url_json = record.server_url;
  x->sequence = record.head.sequence;
  x->is_selected = record.head.flags == 1;
  return x;
}

} // namespace

segment_reader::segment_reader(const std::filesystem::path& path, std::shared_ptr<const shared_index> index,
                               const emitter_finder& find)
    : path_{path}, index_{std::move(index)}, file_{path, disk::access::read_only}, find_{&find} {}

bool segment_reader::read(const event_query& x, event_page& out, read_budget& left) try {
  const auto damaged = first_damaged(x);
  auto sound = x;
  sound.before = std::min(x.before, damaged);
  file_.forget(); // The writer may have added something, or overwritten it.
  if (!read_sound(sound, out, left))
    return false;
  if (damaged < x.before) {
    if (out.events.empty())
      fail_at(damaged);
    return false; // Who comes back for more hears of it.
  }
  return true;
} catch (const std::exception& why) {
  // Here only: clients hear of the reason, and not of where the server has its files.
  log(log_level::error, "event_log", '"' + path_.string() + "\": " + why.what());
  throw;
}

/// The first place in question that cannot be read, or one behind all.
event_sequence segment_reader::first_damaged(const event_query& x) const {
  const std::lock_guard lock{index_->mutex};
  for (const auto& one : index_->index.damages)
    if (one.last > x.after && one.first < x.before)
      return std::max(one.first, x.after + 1);
  return ~event_sequence{0};
}

bool segment_reader::read_sound(const event_query& x, event_page& out, read_budget& left) {
  return x.instances ? read_some(x, out, left) : read_all(x, out, left);
}

bool segment_reader::read_all(const event_query& x, event_page& out, read_budget& left) {
  std::uint64_t position = 0;
  std::uint64_t end = 0;
  {
    const std::lock_guard lock{index_->mutex};
    position = index_->index.position_behind(x.after);
    end = index_->index.end;
    for (const auto& one : index_->index.damages)
      if (one.first >= x.before)
        end = std::min(end, one.position);
  }
  auto reached = x.after;
  event_sequence damaged_to = 0; // The last place of damage before what is wanted, where it is being skipped.
  while (position < end) {
    const auto head = file_.read_head(position, run_bytes);
    if (!head || head->kind != head_kind::commit)
      fail_at(reached + 1);
    if (head->first >= x.before)
      return true;
    const auto begin = position + block;
    position = up_to(block, begin + head->bytes);
    if (head->last <= x.after)
      continue;
    const auto records_end = begin + head->bytes - end_mark.size();
    for (auto at = begin; at < records_end;) {
      const auto record = file_.read_record(at, run_bytes);
      if (!record) {
        damaged_to = std::max(damaged_to, damaged_at(at));
        if (damaged_to == 0 || damaged_to > x.after)
          fail_at(reached + 1);
        at += file_.length_of_record(at).value_or(records_end - at);
        continue;
      }
      at += record->head.bytes;
      if (record->head.kind != record_kind::event || record->head.sequence <= x.after)
        continue;
      if (record->head.sequence >= x.before)
        return true;
      if (damaged_to != 0 && record->head.sequence > std::max(damaged_to, x.after) + 1)
        fail_at(damaged_to + 1); // More than was known.
      damaged_to = 0;
      if (take(*record, x, out, left) == taken::page_is_full)
        return false;
      reached = record->head.sequence;
    }
  }
  return true;
}

/// The last place of the damage that is known to begin there, or 0.
event_sequence segment_reader::damaged_at(std::uint64_t position) const {
  const std::lock_guard lock{index_->mutex};
  for (const auto& one : index_->index.damages)
    if (one.position == position)
      return one.last;
  return 0;
}

std::vector<segment_reader::found_place> segment_reader::places_of(const event_query& x, std::size_t places_max) const {
  std::vector<found_place> all;
  const std::lock_guard lock{index_->mutex};
  const auto& index = index_->index;
  for (const auto& id : *x.instances) {
    const auto at = index.number_of.find(id);
    if (at == index.number_of.end())
      continue;
    const auto& places = index.instances[at->second].places;
    auto next = std::partition_point(places.begin(), places.end(),
                                     [&](const event_place& y) { return index.sequence_of(y) <= x.after; });
    for (std::size_t i = 0; i < places_max && next != places.end() && index.sequence_of(*next) < x.before; ++i, ++next)
      all.push_back({index.sequence_of(*next), segment_index::position_of(*next), at->second});
  }
  std::sort(all.begin(), all.end(), [](const found_place& a, const found_place& b) { return a.sequence < b.sequence; });
  const auto is_same = [](const found_place& a, const found_place& b) { return a.sequence == b.sequence; };
  all.erase(std::unique(all.begin(), all.end(), is_same), all.end()); // An instance may be asked for twice.
  if (all.size() > places_max)
    all.resize(places_max); // Behind these, some of the other instances may be missing.
  return all;
}

bool segment_reader::read_some(const event_query& x, event_page& out, read_budget& left) {
  // With a name, events are looked at that are not wanted.
  const auto places_max = (x.name.empty() ? left.events : left.records) + 1;
  const auto all = places_of(x, places_max);
  for (std::size_t i = 0; i < all.size(); ++i) {
    const auto& one = all[i];
    const auto span = all[std::min(i + events_ahead, all.size() - 1)].position - one.position;
    const auto record = file_.read_record(one.position, span < run_bytes ? run_bytes : single_bytes);
    if (!record)
      fail_at(one.sequence);
    if (record->head.kind == record_kind::erased)
      continue; // Meanwhile, after the index was read.
    if (record->head.sequence != one.sequence || record->head.instance != one.instance)
      fail_at(one.sequence);
    if (take(*record, x, out, left) == taken::page_is_full)
      return false;
  }
  if (all.size() < places_max)
    return true;
  out.through = std::max(out.through, all.back().sequence); // Also where all of it was erased meanwhile.
  return false;
}

segment_reader::taken segment_reader::take(const record_view& record, const event_query& x, event_page& out,
                                           read_budget& left) {
  if (left.records-- == 0) {
    left.records = 0;
    return taken::page_is_full;
  }
  std::string id;
  std::string name;
  {
    const std::lock_guard lock{index_->mutex};
    const auto& index = index_->index;
    if (record.head.instance >= index.instances.size())
      fail_at(record.head.sequence);
    id = index.instances[record.head.instance].id;
    name = index.instances[record.head.instance].name;
  }
  if (id.empty())
    return taken::gone; // It is being erased.
  if (!x.wants(id, record.name)) {
    out.through = record.head.sequence;
    return taken::yes;
  }
  const auto size = record.data.size() + record.sender.size() + record.more.size() + record.server_url.size();
  if (!out.events.empty() && (left.events == 0 || size > left.bytes))
    return taken::page_is_full;
  left.events -= left.events == 0 ? 0 : 1;
  left.bytes -= std::min(left.bytes, size);
  out.events.push_back({event_of(record, (*find_)(id, name)), record.head.placed_at_ms});
  out.through = record.head.sequence;
  return taken::yes;
}

} // namespace arauto::app
