#pragma once

#include "app/settings.hpp"

#include <iosfwd>
#include <string>
#include <string_view>

namespace arauto::app {

/// The arguments of `arauto import`.
struct import_options {
  /// URL of a running Evolution API.
  std::string from;
  /// Its global key; empty: that of the environment, EVOLUTION_API_KEY.
  std::string api_key;
  bool dry_run = false;
  /// Trusts any certificate.
  bool insecure = false;
};

/// `arauto import`: takes over the instances of an Evolution API into the data directory, and says what became of each.
/// Everything is asked before anything is written; each instance is one transaction, so a failure in between leaves
/// whole instances, and the command can be run again. A dry run writes nothing and needs no lock. Returns the exit
/// code: 0 all taken, 1 nothing done, 2 some could not be taken.
int import_instances(const import_options& options, const settings& values, const text_map& environment,
                     std::string_view version, std::ostream& out, std::ostream& errors);

} // namespace arauto::app
