#include "app/store/log_files.hpp"

#include "app/store/old_segment.hpp"

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

/// Looks at a file again, as often, when something is wrong with it: a server may just be overwriting that.
constexpr int looks_max = 3;

void add_faults(const segment_index& x, log_files::verdict& out) {
  for (const auto& one : x.damages) {
    if (out.faults.size() == faults_max)
      break;
    const auto at = " (at byte " + std::to_string(one.position) + " or behind it): ";
    out.faults.push_back(one.first == one.last ? "the event at place " + std::to_string(one.first) +
                                                     " was changed or is gone" + at + "its checksum is wrong"
                                               : "the events from place " + std::to_string(one.first) + " to " +
                                                     std::to_string(one.last) + " were changed or are gone" + at +
                                                     "their checksums are wrong");
  }
  if (x.damages.size() > faults_max)
    out.faults.push_back("and more in " + std::to_string(x.damages.size() - faults_max) + " other places");
}

} // namespace

std::string log_file_name::of(std::uint32_t number) {
  std::array<char, 24> name{};
  std::snprintf(name.data(), name.size(), "%010u.log", number);
  return name.data();
}

std::optional<std::uint32_t> log_file_name::number_of(const std::filesystem::path& file) {
  const auto name = file.filename().string();
  std::uint32_t number = 0;
  const auto read = std::from_chars(name.data(), name.data() + name.size(), number);
  return read.ec == std::errc{} && std::string_view{read.ptr} == ".log" ? std::optional{number} : std::nullopt;
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

bool has_old_segments(const std::filesystem::path& directory) {
  for (const auto& file : std::filesystem::directory_iterator(directory))
    if (number_of_old_segment(file.path()))
      return true;
  return false;
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

log_files::log_files(const std::filesystem::path& data) : directory_{data / "events"}, find_{emitter_as_stored()} {
  if (!std::filesystem::exists(directory_ / log_file_name::index))
    throw std::runtime_error("There is no event log in \"" + data.string() +
                             "\"; --data-dir names the data directory of a server with EVENT_LOG=disk.");
  if (has_old_segments(directory_))
    throw std::runtime_error("The event log in \"" + data.string() +
                             "\" has the form of an older version of Arauto; "
                             "start the server on this data directory once, which brings it to the present form.");
}

log_extent log_files::extent() const {
  sqlite::database index{(directory_ / log_file_name::index).string(), sqlite::database::access::read_only};
  return read_extent(index);
}

segment_index read_whole(const std::filesystem::path& path) {
  for (int look = 1;; ++look) {
    segment_file file{path, disk::access::read_only};
    if (!file.header())
      throw disk_failure("its first bytes are damaged, so nothing of it can be read");
    segment_index x;
    file.scan(x);
    if (x.damages.empty() || look == looks_max)
      return x;
  }
}

/// Nullptr: a server has dropped it meanwhile, or has just begun it.
log_files::known* log_files::look_at(const std::filesystem::path& path) {
  auto& x = known_[path];
  try {
    if (!x.index) {
      x.index = std::make_shared<shared_index>();
      x.reader = std::make_unique<segment_reader>(path, x.index, find_);
    }
    segment_file file{path, disk::access::read_only};
    if (x.index->index.end == log_format::block)
      if (auto closed = file.read_index()) {
        x.index->index = std::move(*closed);
        return &x;
      }
    const auto damages = x.index->index.damages.size();
    file.scan(x.index->index);
    if (x.index->index.damages.size() != damages) // So it seemed; then it counts what all of it says.
      x.index->index = read_whole(path);
    return &x;
  } catch (const disk_failure&) {
    known_.erase(path);
    if (!is_gone(path))
      throw;
    return nullptr;
  }
}

std::vector<log_files::known*> log_files::look_at_all() {
  std::vector<known*> all;
  for (const auto& path : segment_files(directory_))
    if (auto* x = look_at(path))
      all.push_back(x);
  return all;
}

event_page log_files::read(const event_query& x) {
  event_page page;
  page.through = x.after;
  read_budget left{x.events_max, x.bytes_max};
  for (auto* segment : look_at_all())
    if (!segment->reader->read(x, page, left))
      return page;
  page.is_end = true;
  return page;
}

event_sequence log_files::last() {
  event_sequence last = 0;
  for (const auto* segment : look_at_all())
    last = std::max(last, segment->index->index.last);
  return last;
}

std::vector<std::string> log_files::instances_named(std::string_view name_or_id) {
  std::vector<std::string> ids;
  for (const auto* segment : look_at_all())
    for (const auto& one : segment->index->index.instances)
      if (!one.id.empty() && (one.name == name_or_id || one.id == name_or_id) &&
          std::find(ids.begin(), ids.end(), one.id) == ids.end())
        ids.push_back(one.id);
  return ids;
}

void log_files::verify(const std::function<void(const verdict&)>& then) const {
  event_sequence before = 0;
  for (const auto& file : segment_files(directory_)) {
    verdict x;
    x.file = file;
    try {
      const auto found = read_whole(file);
      x.events = found.events;
      x.first = found.first;
      x.last = found.last;
      add_faults(found, x);
      if (found.follows > before && before != 0)
        x.faults.push_back("the events from place " + std::to_string(before + 1) + " to " +
                           std::to_string(found.follows) + " are gone from the end of the file before");
      before = std::max(before, found.last_used());
    } catch (const std::exception& why) {
      if (is_gone(file))
        continue;
      x.faults.emplace_back(why.what());
    }
    then(x);
  }
}

} // namespace arauto::app
