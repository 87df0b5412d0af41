#include "app/store/log_files.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>

namespace arauto::app {

namespace {

/// Faults that are listed of one segment; the rest is counted.
constexpr std::size_t faults_max = 100;

emitter_finder emitter_as_stored() {
  return [](std::string_view id, std::string_view name) {
    auto x = std::make_shared<emitter>();
    x->id = id;
    x->name = name;
    return std::shared_ptr<const emitter>{std::move(x)};
  };
}

/// A server drops segments at any time.
bool is_gone(const std::filesystem::path& file) {
  std::error_code none;
  return !std::filesystem::exists(file, none);
}

void look_at(sqlite::database& file, log_files::verdict& out) {
  std::uint64_t wrong = 0;
  for_each_row(file, [&](const event_row& row, std::uint32_t checksum) {
    ++out.events;
    out.first = out.first == 0 ? row.sequence : out.first;
    out.last = row.sequence;
    if (checksum == checksum_of(row))
      return;
    if (++wrong <= faults_max)
      out.faults.push_back("the event at place " + std::to_string(row.sequence) +
                           " was changed: its checksum is wrong");
  });
  if (wrong > faults_max)
    out.faults.push_back("and " + std::to_string(wrong - faults_max) + " events more");
}

} // namespace

std::string log_file_name::of(std::uint32_t number) {
  std::array<char, 16> name{};
  std::snprintf(name.data(), name.size(), "%010u.db", number);
  return name.data();
}

std::optional<std::uint32_t> log_file_name::number_of(const std::filesystem::path& file) {
  const auto name = file.filename().string();
  std::uint32_t number = 0;
  const auto read = std::from_chars(name.data(), name.data() + name.size(), number);
  return read.ec == std::errc{} && std::string_view{read.ptr} == ".db" ? std::optional{number} : std::nullopt;
}

std::vector<std::filesystem::path> segment_files(const std::filesystem::path& directory) {
  std::vector<std::pair<std::uint32_t, std::filesystem::path>> found;
  for (const auto& file : std::filesystem::directory_iterator(directory))
    if (const auto number = log_file_name::number_of(file.path()))
      found.emplace_back(*number, file.path());
  std::sort(found.begin(), found.end());
  std::vector<std::filesystem::path> paths;
  for (auto& [number, path] : found)
    paths.push_back(std::move(path));
  return paths;
}

log_extent read_extent(sqlite::database& index) {
  log_extent x;
  x.purged_through = static_cast<event_sequence>(index.number("SELECT through FROM dropped"));
  sqlite::statement epochs{index, "SELECT number, first FROM epoch ORDER BY first"};
  while (epochs.step()) {
    const auto number = static_cast<std::uint64_t>(epochs.number());
    x.epochs.push_back({number, static_cast<event_sequence>(epochs.number())});
  }
  sqlite::statement purged{index, "SELECT instance_id, through FROM purged"};
  while (purged.step()) {
    auto id = purged.text();
    const auto through = static_cast<event_sequence>(purged.number());
    x.newest_purged = std::max(x.newest_purged, through);
    x.purged_of.emplace(std::move(id), through);
  }
  return x;
}

log_files::log_files(const std::filesystem::path& data) : directory_{data / "events"} {
  if (!std::filesystem::exists(directory_ / log_file_name::index))
    throw std::runtime_error("There is no event log in \"" + data.string() +
                             "\"; --data-dir names the data directory of a server with EVENT_LOG=sqlite.");
}

log_extent log_files::extent() const {
  sqlite::database index{(directory_ / log_file_name::index).string(), sqlite::database::access::read_only};
  return read_extent(index);
}

event_page log_files::read(const event_query& x) {
  const auto find = emitter_as_stored();
  event_page page;
  page.through = x.after;
  read_budget left{x.events_max, x.bytes_max};
  for (const auto& file : segment_files(directory_)) {
    try {
      event_segment_reader segment{file, find};
      if (!segment.read(x, page, left))
        return page;
    } catch (const sqlite::failure&) {
      if (!is_gone(file))
        throw;
    }
  }
  page.is_end = true;
  return page;
}

event_sequence log_files::last() const {
  event_sequence last = 0;
  for (const auto& file : segment_files(directory_)) {
    sqlite::database segment{file.string(), sqlite::database::access::read_only};
    last = std::max(last, static_cast<event_sequence>(segment.number("SELECT ifnull(max(sequence), 0) FROM event")));
  }
  return last;
}

std::vector<std::string> log_files::instances_named(std::string_view name_or_id) const {
  std::vector<std::string> ids;
  for (const auto& file : segment_files(directory_)) {
    sqlite::database segment{file.string(), sqlite::database::access::read_only};
    sqlite::statement found{segment, "SELECT id FROM instance WHERE name = ?1 OR id = ?1"};
    found.bind(name_or_id);
    while (found.step())
      if (auto id = found.text(); std::find(ids.begin(), ids.end(), id) == ids.end())
        ids.push_back(std::move(id));
  }
  return ids;
}

void log_files::verify(const std::function<void(const verdict&)>& then) const {
  event_sequence before = 0;
  for (const auto& file : segment_files(directory_)) {
    verdict x;
    x.file = file;
    try {
      sqlite::database segment{file.string(), sqlite::database::access::read_only};
      look_at(segment, x);
      // What is not there has no checksum that could be wrong.
      const auto find = emitter_as_stored();
      if (x.faults.empty())
        event_segment_reader{file, find}.check(x.last);
    } catch (const std::exception& why) {
      if (is_gone(file))
        continue;
      x.faults.emplace_back(why.what());
    }
    if (x.first != 0 && x.first <= before)
      x.faults.push_back("its first event has place " + std::to_string(x.first) + ", and the segment before ends at " +
                         std::to_string(before));
    before = std::max(before, x.last);
    then(x);
  }
}

} // namespace arauto::app
