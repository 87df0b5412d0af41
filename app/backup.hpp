#pragma once

#include <iosfwd>
#include <string>
#include <string_view>

namespace arauto::app {

/// `arauto backup DIR`: a consistent copy of everything in a data directory, beside a running server or without one,
/// into a new directory (mode 0700, files 0600), with a manifest of sizes and SHA-256 sums. Synced when it returns 0;
/// 1: nothing usable was made.
///
/// The segments of the event log are copied first, oldest first, then its index, then the instances: so the index knows
/// of everything that had gone when a segment was copied, and no event is without its instance for longer than until
/// the restored server starts.
int make_backup(const std::string& data_dir, const std::string& to, std::string_view version, std::ostream& out,
                std::ostream& errors);

/// `arauto restore DIR`: puts a backup in the place of a data directory whose server is stopped. A directory that holds
/// anything is left alone, or with `force` moved aside. 1: nothing was changed.
int restore_backup(const std::string& from, const std::string& data_dir, bool force, std::ostream& out,
                   std::ostream& errors);

} // namespace arauto::app
