#include "app/command_line.hpp"

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

std::string without_backticks(std::string_view text) {
  std::string x{text};
  std::erase(x, '`');
  return x;
}

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

/// For each argument that is no flag of ours: the one that may be meant.
std::string hints(const CLI::App& app) {
  std::vector<std::string> flags;
  for (const auto* option : app.get_options())
    if (!option->get_name().empty()) // Hidden ones have none.
      flags.push_back(option->get_name());
  std::string x;
  for (const auto& argument : app.remaining())
    if (argument.starts_with("--")) {
      const auto flag = argument.substr(0, argument.find('='));
      x += "The nearest to " + flag + " is " + nearest_name(flag, flags) + ".\n";
    }
  return x;
}

} // namespace

command_line parse_command_line(int argc, const char* const* argv, std::string_view version) {
  command_line out;
  CLI::App app{description, "arauto"};
  app.footer(footer);
  app.set_help_flag("-h,--help", "Shows this text.");
  app.set_version_flag("--version", "arauto " + std::string{version}, "Shows the version.");
  const auto add_command = [&](const char* flag, command what, const char* doc, const char* group) {
    app.add_flag_callback(
           flag, [&out, what] { out.command = what; }, doc)
        ->group(group);
  };
  add_command("--check-config", command::check_config, "Judges the settings and ends.", "Options");
  add_command("--print-config", command::print_config, "Shows the settings in force and ends.", "Options");
  add_command("--print-env-example", command::print_env_example, "Prints .env.example.", documentation);
  add_command("--print-config-docs", command::print_config_docs, "Prints docs/configuration.md.", documentation);
  app.add_option("--env-file", out.env_file, "File of settings instead of .env in the working directory.")
      ->type_name("FILE");
  add_setting_flags(app, out.flags);
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
