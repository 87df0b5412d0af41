#include "app/backup.hpp"

#include "actors/identifiers.hpp"
#include "app/store/data_directory.hpp"
#include "app/store/log_files.hpp"
#include "app/store/manifest.hpp"
#include "app/store/private_file.hpp"
#include "app/store/sqlite.hpp"

#include <algorithm>
#include <array>
#include <fcntl.h>
#include <filesystem>
#include <iostream>
#include <sys/stat.h>

namespace arauto::app {

namespace {

namespace fs = std::filesystem;

constexpr auto instances_file = "arauto.db";
/// Copied when they are there; each is written once, and whole.
constexpr std::array secret_files{"api-key", "browser-token-secret", "recovery-secret"};

[[noreturn]] void fail(const std::string& what, const fs::path& path) {
  throw std::runtime_error(what + " \"" + path.string() + "\": " + std::strerror(errno) + ".");
}

void make_directory(const fs::path& path) {
  if (::mkdir(path.c_str(), 0700) != 0)
    fail("Cannot create the directory", path);
}

/// Whether there is nothing of a server in it but the lock.
bool is_vacant(const fs::path& directory) {
  if (!fs::exists(directory))
    return true;
  for (const auto& x : fs::directory_iterator(directory))
    if (x.path().filename() != "lock")
      return false;
  return true;
}

void sync_file(const fs::path& path) {
  const descriptor file{::open(path.c_str(), O_RDWR | O_CLOEXEC)};
  if (!file.is_open() || ::fchmod(file.get(), 0600) != 0 || ::fsync(file.get()) != 0)
    fail("Cannot sync", path);
}

/// A snapshot of one database, made by SQLite itself while others write.
void copy_database(const fs::path& from, const fs::path& to) {
  sqlite::database source{from.string(), sqlite::database::access::read_only};
  source.run("PRAGMA busy_timeout = 5000");
  sqlite::statement copy{source, "VACUUM INTO ?"};
  copy.bind(to.string()).run();
  sync_file(to);
}

void copy_private(const fs::path& from, const fs::path& to) {
  fs::copy_file(from, to);
  sync_file(to);
}

/// What a segment has; where a server writes to it meanwhile, what had been committed when this began.
void copy_segment(const fs::path& from, const fs::path& to) {
  constexpr std::size_t chunk = 1048576;
  segment_file source{from, disk::access::read_only};
  const auto is_closed = source.read_index().has_value();
  const auto end = is_closed || !source.header() ? source.file().size() : read_whole(from).end;
  const descriptor target{::open(to.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600)};
  if (!target.is_open())
    fail("Cannot create", to);
  std::string bytes(chunk, '\0');
  for (std::uint64_t at = 0; at < end;) {
    const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(chunk, end - at));
    const auto n = source.file().read_at(at, {bytes.data(), wanted});
    if (!write_all(target.get(), std::string_view{bytes}.substr(0, n)))
      fail("Cannot write", to);
    if (n < wanted)
      break;
    at += n;
  }
  sync_file(to);
}

bool is_damaged(const fs::path& segment) {
  const segment_file file{segment, disk::access::read_only};
  return !file.header() || !read_whole(segment).damages.empty();
}

/// Copies all segments that are still there when it comes to them.
void copy_segments(const fs::path& from, const fs::path& to, std::ostream& out) {
  // A server that erases an instance meanwhile changes what is copied.
  constexpr int tries_max = 3;
  for (const auto& file : segment_files(from)) {
    const auto copy = to / file.filename();
    try {
      copy_segment(file, copy);
      for (int i = 1; i < tries_max && is_damaged(copy) && !is_damaged(file); ++i) {
        fs::remove(copy);
        copy_segment(file, copy);
      }
      if (is_damaged(copy))
        out << file.filename().string() << " is damaged, and copied as it is; `arauto log verify` says where\n";
    } catch (const std::runtime_error&) {
      if (fs::exists(file))
        throw;
      fs::remove(copy);
      out << file.filename().string() << " was dropped meanwhile: left out\n";
    }
  }
}

void copy_all(const fs::path& data, const fs::path& to, std::ostream& out) {
  const auto events = data / "events";
  if (fs::exists(events / log_file_name::index)) {
    if (has_old_segments(events))
      throw std::runtime_error("The event log in \"" + data.string() +
                               "\" has the form of an older version of Arauto; "
                               "start the server on this data directory once, which brings it to the present form.");
    make_directory(to / "events");
    copy_segments(events, to / "events", out);
    copy_database(events / log_file_name::index, to / "events" / log_file_name::index);
    if (!sync_directory(to / "events"))
      fail("Cannot sync the directory", to / "events");
  }
  if (fs::exists(data / instances_file))
    copy_database(data / instances_file, to / instances_file);
  for (const auto* name : secret_files)
    if (fs::exists(data / name))
      copy_private(data / name, to / name);
}

template <class Deed>
int guarded(std::ostream& errors, const Deed& deed) {
  try {
    deed();
    return 0;
  } catch (const std::exception& why) {
    errors << "error: " << why.what() << '\n';
    return 1;
  }
}

/// Next to a directory, under a name that says what it is.
fs::path beside(const fs::path& directory, const char* what) {
  auto path = fs::absolute(directory).lexically_normal();
  if (path.filename().empty())
    path = path.parent_path();
  auto name = path.filename().string() + what;
  return path.parent_path() / name;
}

void move_aside(const fs::path& data, std::ostream& out) {
  const auto aside = beside(data, (".before-restore-" + std::to_string(unix_ms())).c_str());
  fs::rename(data, aside);
  out << "What was there is in " << aside.string() << " now.\n";
}

} // namespace

int make_backup(const std::string& data_dir, const std::string& to, std::string_view version, std::ostream& out,
                std::ostream& errors) {
  return guarded(errors, [&] {
    const fs::path data{data_dir};
    if (!fs::exists(data / instances_file) && !fs::exists(data / "events"))
      throw std::runtime_error("There is nothing of a server in \"" + data_dir + "\"; --data-dir names its directory.");
    if (fs::exists(to) && !fs::is_empty(to))
      throw std::runtime_error("\"" + to + "\" is not empty; a backup needs a directory of its own.");
    if (!fs::exists(to))
      make_directory(to);
    copy_all(data, to, out);
    const auto files = write_manifest(to, version, unix_ms());
    const auto parent = fs::absolute(to).lexically_normal().parent_path();
    if (!sync_directory(to) || !sync_directory(parent))
      fail("Cannot sync the directory", to);
    out << files << " files are in " << to << "; `arauto restore` puts them in place.\n";
  });
}

int restore_backup(const std::string& from, const std::string& data_dir, bool force, std::ostream& out,
                   std::ostream& errors) {
  return guarded(errors, [&] {
    const auto files = check_manifest(from);
    const fs::path data{data_dir};
    const data_directory none_runs{data}; // Until the other directory has the name.
    if (!is_vacant(data) && !force)
      throw std::runtime_error("\"" + data_dir + "\" is not empty; --force moves what is there aside.");
    const auto draft = beside(data, ".restoring");
    if (fs::exists(draft))
      throw std::runtime_error("\"" + draft.string() +
                               "\" is left of a restore that did not end; look at it and delete it.");
    make_directory(draft);
    for (const auto& name : files) {
      const auto path = draft / name;
      if (path.parent_path() != draft && !fs::exists(path.parent_path()))
        make_directory(path.parent_path());
      copy_private(fs::path{from} / name, path);
    }
    if (fs::exists(draft / "events") && !sync_directory(draft / "events"))
      fail("Cannot sync the directory", draft);
    if (!sync_directory(draft))
      fail("Cannot sync the directory", draft);
    if (is_vacant(data))
      fs::remove_all(data);
    else
      move_aside(data, out);
    fs::rename(draft, data);
    if (!sync_directory(fs::absolute(data).lexically_normal().parent_path()))
      fail("Cannot sync the directory of", data);
    out << files.size() << " files are in " << data.string() << ". Clients that have seen more than this backup come "
        << "back as new sessions.\n";
  });
}

} // namespace arauto::app
