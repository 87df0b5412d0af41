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

/// One event, if it is still there.
std::string read_place_sql() {
  return std::string{columns} + "event CROSS JOIN instance ON number = event.instance WHERE sequence = ?";
}

/// Those of one instance behind the last block, where all are looked through.
std::string read_one_sql() {
  return std::string{columns} + "event CROSS JOIN instance ON number = event.instance WHERE event.instance = ?" +
         in_order;
}

/// All behind the last block.
std::string read_behind_sql() {
  return std::string{columns} + "event CROSS JOIN instance ON number = event.instance WHERE sequence > "
                                "(SELECT ifnull(max(last), 0) FROM block)";
}

/// While it lives, the file looks as it did when the first statement ran.
class snapshot {
public:
  explicit snapshot(sqlite::database& file) : file_{&file} { file.run("BEGIN"); }
  snapshot(const snapshot&) = delete;
  snapshot& operator=(const snapshot&) = delete;
  ~snapshot() {
    try {
      file_->run("COMMIT");
    } catch (const sqlite::failure&) { // Nothing was changed; the next BEGIN would say what is wrong.
    }
  }

private:
  sqlite::database* file_;
};

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

bool check_version(sqlite::database& file) {
  if (file.number("PRAGMA user_version") < segment_version)
    throw sqlite::failure("This part of the event log was written by an older version of Arauto; start the server on "
                          "this data directory once, which brings it to the present form.");
  return true;
}

void verify(const event_row& x, std::int64_t checksum) {
  if (static_cast<std::uint32_t>(checksum) != checksum_of(x))
    throw store_failure("The event at place " + std::to_string(x.sequence) +
                        " of the event log was changed on the disk; its checksum is wrong.");
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

/// As SQLite can compare it.
std::int64_t number_of_place(event_sequence x) noexcept {
  constexpr auto last_of_all = static_cast<event_sequence>(std::numeric_limits<std::int64_t>::max());
  return static_cast<std::int64_t>(std::min(x, last_of_all));
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
      is_ready_{check_version(file_)},
      all_{file_, read_all_sql().c_str()},
      number_of_{file_, "SELECT number FROM instance WHERE id = ?"},
      blocks_{file_},
      at_place_{file_, read_place_sql().c_str()},
      of_one_{file_, read_one_sql().c_str()},
      behind_{file_, read_behind_sql().c_str()},
      find_{&find} {}

bool event_segment_reader::read(const event_query& x, event_page& out, read_budget& left) try {
  auto is_through = true;
  if (x.instances && x.instances->size() == 1) {
    is_through = read_one(x, out, left);
  } else {
    all_.bind(number_of_place(x.after)).bind(number_of_place(x.before));
    is_through = take(all_, x, out, left);
  }
  reset();
  return is_through;
} catch (const std::exception& why) {
  reset();
  // Here only: clients hear of the reason, and not of where the server has its files.
  log(log_level::error, "event_log", '"' + path_ + "\": " + why.what());
  throw;
}

/// Else a statement holds on to its view of the file, and the write-ahead log grows without end.
void event_segment_reader::reset() noexcept {
  for (auto* x : {&all_, &number_of_, &at_place_, &of_one_, &behind_})
    x->reset();
  blocks_.end();
}

bool event_segment_reader::read_one(const event_query& x, event_page& out, read_budget& left) {
  const snapshot view{file_};
  number_of_.bind(x.instances->front());
  if (!number_of_.step())
    return true;
  const auto instance = static_cast<std::uint32_t>(number_of_.number());
  auto behind = x.after;
  blocks_.begin(x.after);
  while (const auto block = blocks_.next()) {
    if (block->first >= x.before)
      return true;
    if (!read_block(*block, instance, x, out, left))
      return false;
    behind = std::max(behind, block->last);
  }
  of_one_.bind(std::int64_t{instance}).bind(number_of_place(behind)).bind(number_of_place(x.before));
  return take(of_one_, x, out, left);
}

bool event_segment_reader::read_block(const place_block& block, std::uint32_t instance, const event_query& x,
                                      event_page& out, read_budget& left) {
  const auto [begin, end] = block.range_of(instance);
  for (auto i = begin; i < end; ++i) {
    const auto sequence = block.at(i).sequence;
    if (sequence <= x.after || sequence >= x.before)
      continue;
    const auto before = left.rows;
    at_place_.bind(number_of_place(sequence));
    if (!take(at_place_, x, out, left))
      return false;
    at_place_.reset();
    if (left.rows == before)
      throw store_failure("The event at place " + std::to_string(sequence) +
                          " of the event log is gone from the disk, and nobody erased it.");
  }
  return true;
}

void event_segment_reader::check(event_sequence last) try {
  const auto fault = find_fault(last);
  reset();
  if (!fault.empty())
    throw sqlite::failure("A file of the event log is damaged: " + fault + ".");
} catch (const std::exception& why) {
  reset();
  log(log_level::error, "event_log", '"' + path_ + "\": " + why.what());
  throw;
}

/// What is wrong with the file; empty when nothing is.
std::string event_segment_reader::find_fault(event_sequence last) {
  const snapshot view{file_};
  sqlite::statement look{file_, "PRAGMA integrity_check(1)"};
  if (const auto verdict = look.step() ? look.text() : "it gave no answer"; verdict != "ok")
    return verdict;
  std::int64_t placed = 0;
  blocks_.begin(0);
  while (const auto block = blocks_.next())
    placed += static_cast<std::int64_t>(block->size());
  while (behind_.step()) {
    if (const auto row = read_row(behind_); row.sequence <= last)
      verify(row, behind_.number());
    ++placed;
  }
  const auto counted = file_.number("SELECT events FROM tally");
  if (placed != counted || file_.number("SELECT count(*) FROM event") != counted)
    return "it should have " + std::to_string(counted) + " events, and has others";
  return {};
}

bool event_segment_reader::take(sqlite::statement& rows, const event_query& x, event_page& out, read_budget& left) {
  while (rows.step()) {
    if (left.rows-- == 0)
      return false;
    const auto row = read_row(rows);
    verify(row, rows.number());
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
