#include "app/store/segment_migration.hpp"

#include "actors/identifiers.hpp"
#include "app/store/event_segment.hpp"
#include "app/store/log_files.hpp"
#include "app/store/old_segment.hpp"
#include "app/store/private_file.hpp"
#include "net/log.hpp"

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

namespace arauto::app {

namespace {

namespace fs = std::filesystem;

constexpr auto component = "event_log";
constexpr auto draft_ending = ".new";
constexpr auto damaged_ending = ".damaged";

event_ptr event_of(const old_segment::row& row, std::shared_ptr<const emitter> from) {
  const boost::intrusive_ptr<event> x{new event};
  x->from = std::move(from);
  const auto body = std::make_shared<const std::string>(std::string{row.data}.append(row.sender));
  x->what.body = body;
  x->what.data = std::string_view{*body}.substr(0, row.data.size());
  x->what.sender = std::string_view{*body}.substr(row.data.size());
  x->what.name = row.name;
  x->what.more = row.more;
  x->date_time_json = row.date_time;
  x->server_url_json = row.server_url;
  x->sequence = row.sequence;
  x->is_selected = row.is_selected;
  return x;
}

/// Carries the rows of an old segment over to a new one.
class carrier {
public:
  carrier(old_segment& from, event_segment& to, event_sequence follows)
      : from_{from}, to_{to}, claims_{from.claims()}, last_{follows}, lacks_events_{from.lacks_events()} {}

  void run() {
    try {
      from_.for_each([this](const old_segment::row& x) { carry(x); });
      flush();
    } catch (const sqlite::failure& why) {
      log(log_level::error, component, why.what());
      flush();
      lose(std::max(from_.last(), last_ + 1));
    }
  }
  bool has_lost() const noexcept { return has_lost_; }

private:
  void carry(const old_segment::row& x) {
    if (!x.is_sound || (lacks_events_ && last_ != 0 && x.sequence > last_ + 1)) {
      flush();
      lose(x.is_sound ? x.sequence - 1 : x.sequence);
      if (!x.is_sound)
        return;
    }
    // One commit for what was committed together, or nearly so.
    if (!events_.empty() && (x.placed_at_ms != placed_at_ms_ || events_.size() >= events_max))
      flush();
    auto& who = emitters_[std::string{x.instance_id}];
    if (!who) {
      auto made = std::make_shared<emitter>();
      made->id = x.instance_id;
      made->name = x.instance_name;
      who = std::move(made);
    }
    placed_at_ms_ = x.placed_at_ms;
    last_ = x.sequence;
    events_.push_back(event_of(x, who));
  }

  void flush() {
    if (events_.empty())
      return;
    std::vector<event_claim> claims;
    for (; next_claim_ < claims_.size() && claims_[next_claim_].last <= last_; ++next_claim_) {
      const auto& x = claims_[next_claim_];
      const auto with =
          std::find_if(events_.begin(), events_.end(), [&](const auto& y) { return y->sequence == x.last; });
      if (with != events_.end())
        claims.push_back({*with, x.key, x.body});
    }
    to_.append_unsynced(events_, claims, placed_at_ms_);
    events_.clear();
  }

  void lose(event_sequence through) {
    to_.append_lost(last_ + 1, through, placed_at_ms_ == 0 ? unix_ms() : placed_at_ms_);
    last_ = through;
    has_lost_ = true;
  }

  static constexpr std::size_t events_max = 1000;

  old_segment& from_;
  event_segment& to_;
  std::vector<old_segment::claim> claims_;
  std::size_t next_claim_ = 0;
  std::map<std::string, std::shared_ptr<const emitter>> emitters_;
  std::vector<event_ptr> events_;
  std::int64_t placed_at_ms_ = 0;
  event_sequence last_;
  bool lacks_events_;
  bool has_lost_ = false;
};

void sync_names_in(const fs::path& directory) {
  if (!sync_directory(directory))
    throw std::runtime_error("Cannot sync the directory \"" + directory.string() + "\".");
}

/// The old file goes; one that is damaged stays under another name.
void put_away(const fs::path& old, bool is_damaged) {
  if (is_damaged) {
    fs::rename(old, old.string() + damaged_ending);
    log(log_level::error, component,
        '"' + old.string() + damaged_ending +
            "\" holds what was damaged of the event log; "
            "look at it, and delete it");
  } else {
    fs::remove(old);
  }
  for (const auto* with : {"-wal", "-shm"})
    fs::remove(old.string() + with);
}

/// The last place of what was carried over.
event_sequence migrate(const data_directory& home, const fs::path& old, std::uint32_t number, event_sequence follows) {
  const auto name = log_file_name::of(number);
  const auto path = old.parent_path() / name;
  auto is_damaged = false;
  event_sequence last = 0;
  {
    old_segment from{old};
    if (follows == 0)
      follows = std::max<event_sequence>(from.first(), 1) - 1;
    const auto draft = home.private_file("events/" + name + draft_ending);
    event_segment to{draft, number, follows, 0};
    carrier all{from, to, follows};
    all.run();
    is_damaged = all.has_lost();
    last = std::max(follows, to.last());
    to.close();
    fs::rename(draft, path);
    sync_names_in(old.parent_path());
  }
  put_away(old, is_damaged);
  return last;
}

} // namespace

void migrate_segments(const data_directory& home, const fs::path& directory) {
  std::map<std::uint32_t, fs::path> old;
  for (const auto& file : fs::directory_iterator(directory)) {
    if (file.path().extension() == draft_ending)
      fs::remove(file.path());
    else if (const auto number = number_of_old_segment(file.path()))
      old.emplace(*number, file.path());
  }
  if (old.empty())
    return;
  log(log_level::warn, component,
      "brings " + std::to_string(old.size()) +
          " files of an older version to the present form; that takes about a second for "
          "each 100 MB");
  event_sequence follows = 0;
  for (const auto& [number, path] : old) {
    const auto done = directory / log_file_name::of(number);
    if (!fs::exists(done)) {
      follows = migrate(home, path, number, follows);
      continue;
    }
    // An earlier process got as far as that.
    const auto index = segment_file{done, disk::access::read_only}.read_index();
    follows = index ? index->last_used() : follows;
    put_away(path, !index || !index->damages.empty());
  }
}

} // namespace arauto::app
