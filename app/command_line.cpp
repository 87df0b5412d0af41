#include "app/command_line.hpp"

#include "app/env_text.hpp"
#include "app/settings_table.hpp"

#include <CLI/CLI.hpp>

#include <sstream>

namespace arauto::app {

namespace {

constexpr auto description = "Carries the events of messaging instances to Socket.IO clients.";
constexpr auto footer = "Every setting also comes from the environment or an env file: see --print-config,\n"
                        "docs/configuration.md and .env.example.";
/// A group without a name is not shown by --help.
constexpr auto documentation = "";

void add_setting_flags(CLI::App& app, text_map& out) {
  for (const auto& group : settings_table())
    for (const auto& row : group.rows) {
      if (row.flag.empty())
        continue;
      const std::string flag{row.flag};
      const auto doc = without_backticks(row.doc) + " [" + std::string{row.name} + "]";
      const auto take = [&out, name = std::string{row.name}](const std::string& text) {
        out.insert_or_assign(name, text);
      };
      if (std::holds_alternative<boolean_field>(row.field))
        app.add_flag_callback(
               flag, [take] { take("true"); }, doc)
            ->group("Settings");
      else
        app.add_option_function<std::string>(flag, take, doc)->type_name("VALUE")->group("Settings");
    }
}

void add_names(const CLI::App& of, std::vector<std::string>& flags) {
  for (const auto* option : of.get_options())
    if (option->get_name().starts_with('-')) // Hidden ones have no name, positional ones no dash.
      flags.push_back(option->get_name());
}

/// For each argument that is no flag or command of ours: the one that may be meant.
std::string hints(const CLI::App& app) {
  std::vector<std::string> flags;
  std::vector<std::string> commands;
  add_names(app, flags);
  for (const auto* command : app.get_subcommands({})) {
    commands.push_back(command->get_name());
    if (command->parsed())
      add_names(*command, flags);
  }
  for (const auto* command : app.get_subcommands())
    if (const auto nested = command->get_subcommands({}); !nested.empty()) {
      commands.clear();
      for (const auto* one : nested)
        commands.push_back(one->get_name());
    }
  std::string x;
  const auto unknown = app.remaining(true);
  for (const auto& argument : unknown)
    if (const auto name = argument.substr(0, argument.find('=')); name.starts_with("--"))
      x += "The nearest to " + name + " is " + nearest_name(name, flags) + ".\n";
  // Behind an unknown flag a word may be its value.
  if (!unknown.empty() && !unknown.front().starts_with('-'))
    x += "The nearest command to " + unknown.front() + " is " + nearest_name(unknown.front(), commands) + ".\n";
  return x;
}

CLI::App& add_command(CLI::App& app, command_line& out, const char* name, command what, const char* doc) {
  auto* x = app.add_subcommand(name, doc);
  x->fallthrough(); // Settings may stand behind the command, too.
  x->final_callback([&out, what] { out.command = what; });
  for (const auto* other : {"--check-config", "--print-config"})
    x->excludes(app.get_option(other));
  return *x;
}

void add_log_options(CLI::App& to, log_question& out) {
  to.add_option("--instance", out.instance, "Only of this instance.")->type_name("NAME or ID");
  to.add_option("--after", out.after, "Only events behind that place.")->type_name("OFFSET");
  to.add_option("--event", out.event, "Only events of that name.")->type_name("NAME");
  to.add_flag("--json", out.json, "One JSON object per line: the envelope, and the offset.");
}

void add_log_commands(CLI::App& app, command_line& out) {
  auto* log =
      app.add_subcommand("log", "Looks at the event log of a data directory, beside a running server or without.");
  log->fallthrough();
  log->require_subcommand(1);
  auto& x = out.asked_log;
  const auto add = [&](const char* name, command what, const char* doc) {
    auto* one = log->add_subcommand(name, doc);
    one->fallthrough();
    one->final_callback([&out, what] { out.command = what; });
    return one;
  };
  auto* show = add("show", command::show_log, "Prints events.");
  add_log_options(*show, x);
  show->add_option("--before", x.before, "Only events before that place.")->type_name("OFFSET");
  show->add_option("--limit", x.limit, "At most so many; 0: all.")->capture_default_str();
  add_log_options(*add("tail", command::tail_log, "Prints events as they come, until Ctrl-C."), x);
  add("verify", command::verify_log,
      "Looks at the checksum of every event. It ends with 0 when all is sound, 1 when something is damaged, 2 when the "
      "log cannot be read.");
}

void add_backup_commands(CLI::App& app, command_line& out) {
  add_command(app, out, "backup", command::make_backup,
              "Copies everything in the data directory, beside a running server or without one.")
      .add_option("DIR", out.backup, "A new directory for the copy.")
      ->required();
  auto& restore = add_command(app, out, "restore", command::restore_backup,
                              "Puts a backup in the place of the data directory. Stop the server first.");
  restore.add_option("DIR", out.backup, "The directory of the backup.")->required();
  restore.add_flag("--force", out.force, "Moves what is in the data directory aside.");
}

void add_commands(CLI::App& app, command_line& out) {
  auto& x = out.imported;
  auto& source = add_command(app, out, "import", command::import_instances,
                             "Takes over the instances of a running Evolution API: ids, names, tokens, kinds and "
                             "websocket settings. Stop the server on the same data directory first.");
  source.add_option("--from", x.from, "Address of Evolution API: http(s)://host[:port][/path].")
      ->type_name("URL")
      ->required();
  source
      .add_option("--apikey", x.api_key,
                  "Its global key. Better in the environment, as EVOLUTION_API_KEY: arguments show in the list of "
                  "processes.")
      ->type_name("KEY");
  source.add_flag("--dry-run", x.dry_run, "Says what would happen and writes nothing; works beside a running server.");
  source.add_flag("--insecure", x.insecure, "Trusts any certificate.");
  source.footer(
      "It ends with 0 when all instances were taken, 1 when nothing was done, 2 when some could not be taken.\n"
      "Settings (--data-dir, --env-file, ...) count as for the server.");

  add_command(app, out, "migrate-env", command::migrate_env,
              "Prints Evolution API's .env as ours, and on standard error what has no counterpart here.")
      .add_option("FILE", out.migrated_file, "The .env of Evolution API.")
      ->required();
}

} // namespace

command_line parse_command_line(int argc, const char* const* argv, std::string_view version) {
  command_line out;
  CLI::App app{description, "arauto"};
  app.footer(footer);
  app.set_help_flag("-h,--help", "Shows this text.");
  app.set_version_flag("--version", "arauto " + std::string{version}, "Shows the version.");
  const auto add_question = [&](const char* flag, command what, const char* doc, const char* group) {
    app.add_flag_callback(
           flag, [&out, what] { out.command = what; }, doc)
        ->group(group);
  };
  add_question("--check-config", command::check_config, "Judges the settings and ends.", "Options");
  add_question("--print-config", command::print_config, "Shows the settings in force and ends.", "Options");
  add_question("--print-env-example", command::print_env_example, "Prints .env.example.", documentation);
  add_question("--print-config-docs", command::print_config_docs, "Prints docs/configuration.md.", documentation);
  app.add_option("--env-file", out.env_file, "File of settings instead of .env in the working directory.")
      ->type_name("FILE");
  add_setting_flags(app, out.flags);
  add_commands(app, out);
  add_log_commands(app, out);
  add_backup_commands(app, out);
  app.require_subcommand(0, 1);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& x) {
    std::ostringstream text;
    out.exit_code = app.exit(x, text, text);
    out.text = text.str() + hints(app);
    out.command = command::leave;
  }
  return out;
}

} // namespace arauto::app
