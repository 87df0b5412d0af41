#pragma once

#include "app/env_file.hpp"
#include "app/import/import.hpp"
#include "app/log_tool.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace arauto::app {

enum class command {
  run,
  check_config,
  print_config,
  print_env_example,
  print_config_docs,
  import_instances,
  migrate_env,
  show_log,
  tail_log,
  verify_log,
  make_backup,
  restore_backup,
  /// Show `text` and end with `exit_code`: help, version or a mistake in the arguments.
  leave
};

/// What the arguments ask for.
struct command_line {
  app::command command = app::command::run;
  /// Texts of settings given as flags, by the name of the setting; not judged yet.
  text_map flags;
  /// Given by `--env-file`.
  std::optional<std::string> env_file;
  import_options imported;
  log_question asked_log;
  /// The argument of `backup` and `restore`.
  std::string backup;
  /// `restore`: what is in the way is moved aside.
  bool force = false;
  /// The argument of `migrate-env`: path of an env file.
  std::string migrated_file;
  std::string text;
  /// 0: `text` belongs on standard output; else on standard error.
  int exit_code = 0;
};

/// Reads the arguments; `version` is what `--version` shows. Flags of settings come from their table. Pure: prints
/// nothing, ends nothing.
command_line parse_command_line(int argc, const char* const* argv, std::string_view version);

} // namespace arauto::app
