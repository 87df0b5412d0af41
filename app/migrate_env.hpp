#pragma once

#include "app/env_file.hpp"

#include <iosfwd>
#include <string>

namespace arauto::app {

/// What became of an env file of Evolution API.
struct migrated_env {
  /// An env file of ours, which the server accepts. Holds the keys of the other one.
  std::string text;
  /// What is to know about it, for people. Holds no secret.
  std::string report;
};

/// Turns Evolution's variables into our settings: those that have an effect, in the order of our table, then as
/// comments the switches that bring old behaviour back. Pure.
migrated_env migrate(const env_file& theirs);

/// `arauto migrate-env`: the settings on `out`, the report on `errors`. Returns the exit code: 1 when the file cannot
/// be read, and then there is no result.
int migrate_env(const std::string& path, std::ostream& out, std::ostream& errors);

} // namespace arauto::app
