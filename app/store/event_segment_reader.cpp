#include "app/store/event_segment_reader.hpp"

#include "net/log.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <zlib.h>

namespace arauto::app {

namespace {

constexpr auto columns =
    "SELECT sequence, id, instance.name, event.name, placed_at_ms, selected, data, sender, date_time, server_url, more,"
    " checksum FROM ";
constexpr auto in_order = " AND sequence > ? AND sequence < ? ORDER BY sequence";

std::string read_all_sql() {
  return std::string{columns} + "event CROSS JOIN instance ON number = event.instance WHERE true" + in_order;
}

std::string read_one_sql() {
  return std::string{columns} + "instance CROSS JOIN event ON event.instance = number WHERE id = ?" + in_order;
}

event_row read_row(sqlite::statement& from) {
  event_row x;
  x.sequence = static_cast<event_sequence>(from.number());
  x.instance_id = from.text_view();
  x.instance_name = from.text_view();
  x.name = from.text_view();
  x.placed_at_ms = from.number();
  x.is_selected = from.truth();
  x.data = from.text_view();
  x.sender = from.text_view();
  x.date_time = from.text_view();
  x.server_url = from.text_view();
  x.more = from.text_view();
  return x;
}

event_ptr event_of(const event_row& row, std::shared_ptr<const emitter> from) {
  const boost::intrusive_ptr<event> x{new event};
  x->from = std::move(from);
  const auto body = std::make_shared<const std::string>(std::string{row.data}.append(row.sender));
  x->what.body = body;
  x->what.data = std::string_view{*body}.substr(0, row.data.size());
  x->what.sender = std::string_view{*body}.substr(row.data.size());
  x->what.name = row.name;
  x->what.index = find_event(row.name).value_or(custom_event);
  x->what.more = row.more;
  x->date_time_json = row.date_time;
  x->server_url_json = row.server_url;
  x->sequence = row.sequence;
  x->is_selected = row.is_selected;
  return x;
}

} // namespace

std::uint32_t checksum_of(const event_row& x) noexcept {
  auto sum = crc32_z(0, nullptr, 0);
  const auto add = [&sum](const void* bytes, std::size_t size) {
    sum = crc32_z(sum, static_cast<const Bytef*>(bytes), size);
  };
  const std::array numbers{x.sequence, static_cast<std::uint64_t>(x.placed_at_ms), std::uint64_t{x.is_selected}};
  add(numbers.data(), sizeof numbers);
  for (const auto text :
       {x.instance_id, x.instance_name, x.name, x.data, x.sender, x.date_time, x.server_url, x.more}) {
    const auto size = std::uint64_t{text.size()};
    add(&size, sizeof size);
    if (!text.empty())
      add(text.data(), text.size());
  }
  return static_cast<std::uint32_t>(sum);
}

void for_each_row(sqlite::database& segment,
                  const std::function<void(const event_row& x, std::uint32_t checksum)>& then) {
  sqlite::statement rows{segment, read_all_sql().c_str()};
  rows.bind(std::int64_t{0}).bind(std::numeric_limits<std::int64_t>::max());
  while (rows.step()) {
    const auto row = read_row(rows);
    then(row, static_cast<std::uint32_t>(rows.number()));
  }
}

event_segment_reader::event_segment_reader(const std::filesystem::path& path, const emitter_finder& find)
    : path_{path.string()},
      file_{path_, sqlite::database::access::read_only},
      all_{file_, read_all_sql().c_str()},
      of_one_{file_, read_one_sql().c_str()},
      find_{&find} {}

bool event_segment_reader::read(const event_query& x, event_page& out, read_budget& left) try {
  const auto is_one = x.instances && x.instances->size() == 1;
  auto& rows = is_one ? of_one_ : all_;
  rows.reset();
  if (is_one)
    rows.bind(x.instances->front());
  constexpr auto last_of_all = static_cast<event_sequence>(std::numeric_limits<std::int64_t>::max());
  rows.bind(static_cast<std::int64_t>(std::min(x.after, last_of_all)));
  rows.bind(static_cast<std::int64_t>(std::min(x.before, last_of_all)));
  const auto is_through = take(rows, x, out, left);
  rows.reset();
  return is_through;
} catch (const std::exception& why) {
  all_.reset(); // Else it holds on to its view of the file, and the write-ahead log grows without end.
  of_one_.reset();
  // Here only: clients hear of the reason, and not of where the server has its files.
  log(log_level::error, "event_log", '"' + path_ + "\": " + why.what());
  throw;
}

void event_segment_reader::check() {
  sqlite::statement look{file_, "PRAGMA integrity_check(1)"};
  const auto verdict = look.step() ? look.text() : "it gave no answer";
  if (verdict == "ok")
    return;
  log(log_level::error, "event_log", '"' + path_ + "\" is damaged: " + verdict);
  throw sqlite::failure("A file of the event log is damaged: " + verdict + ".");
}

bool event_segment_reader::take(sqlite::statement& rows, const event_query& x, event_page& out, read_budget& left) {
  while (rows.step()) {
    if (left.rows-- == 0)
      return false;
    const auto row = read_row(rows);
    if (static_cast<std::uint32_t>(rows.number()) != checksum_of(row))
      throw store_failure("The event at place " + std::to_string(row.sequence) +
                          " of the event log was changed on the disk; its checksum is wrong.");
    if (!x.wants(row.instance_id, row.name)) {
      out.through = row.sequence;
      continue;
    }
    const auto size = row.data.size() + row.sender.size() + row.more.size() + row.server_url.size();
    if (!out.events.empty() && (left.events == 0 || size > left.bytes))
      return false;
    --left.events;
    left.bytes -= std::min(left.bytes, size);
    out.events.push_back({event_of(row, (*find_)(row.instance_id, row.instance_name)), row.placed_at_ms});
    out.through = row.sequence;
  }
  return true;
}

} // namespace arauto::app
