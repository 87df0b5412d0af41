#include "app/settings_docs.hpp"

#include "app/env_text.hpp"
#include "app/settings_table.hpp"

namespace arauto::app {

namespace {

constexpr std::string_view page_start = R"(# Configuration

Made by `arauto --print-config-docs` from the table of settings (`app/settings_table.cpp`); do not edit.

A setting comes from, first match wins: a command-line flag, an environment variable, the env file, the default. The env
file is `.env` in the working directory if there is one, or the file that `--env-file` names, in the format of npm's
dotenv. `arauto --print-config` shows all values in force and where each one comes from; `arauto --check-config` judges
them without starting. `.env.example` has every setting with its default.

Names and defaults are those of Evolution API 2.3 where it has the setting, and so is the reading, but for wrong values:

- **Booleans**: exactly `true` is true. Everything else is false, with a warning unless it is `false`.
- **Integers and names**: a value that is not allowed stops the start with a message that names the setting, the value
  and what is allowed. (Evolution API takes the default or crashes later.)
- **Lists** are split at commas. Blanks count, except in `WEBSOCKET_ALLOWED_HOSTS`.
- An **empty** text means the default; for `CORS_ORIGIN` and `CORS_METHODS` a list with one empty item.

A name that begins like ours but is none gets a warning with the nearest one. Settings of Evolution API that have no
effect here are named at the start.
)";

constexpr std::string_view example_start =
    R"(# Settings of Arauto with their defaults. Copy to .env and change what has to differ.
# Made by `arauto --print-env-example`; docs/configuration.md explains the rules.
)";

/// For people who read; a value that no quotes can hold is shown all the same.
std::string quoted(const std::string& value) {
  return env_value(value).value_or('"' + value + '"');
}

std::string code(const std::string& text) {
  return text.empty() ? "–" : '`' + text + '`';
}

} // namespace

std::string env_example() {
  const settings defaults;
  std::string out{example_start};
  for (const auto& group : settings_table()) {
    out.append("\n# ---- ").append(group.heading).append(" ----\n");
    for (const auto& row : group.rows) {
      out += '\n';
      append_comment(out, without_backticks(row.doc) + " Allowed: " + allowed_values(row) + ".");
      out.append("#").append(row.name).append("=").append(quoted(value_text(row, defaults))).append("\n");
    }
  }
  return out;
}

std::string configuration_page() {
  const settings defaults;
  std::string out{page_start};
  for (const auto& group : settings_table()) {
    out.append("\n## ")
        .append(group.heading)
        .append("\n\n| setting | default | allowed | meaning |\n|---|---|---|---|\n");
    for (const auto& row : group.rows) {
      out.append("| `").append(row.name).append("`");
      if (!row.flag.empty())
        out.append(", `").append(row.flag).append("`");
      out.append(" | ").append(code(value_text(row, defaults))).append(" | ").append(allowed_values(row));
      out.append(" | ").append(row.doc).append(" |\n");
    }
  }
  return out;
}

std::string print_config(const load_outcome& loaded) {
  std::string out;
  for (const auto& group : settings_table())
    for (const auto& row : group.rows) {
      auto value = value_text(row, loaded.values);
      if (row.is_secret && !value.empty())
        value = "***";
      const auto origin = loaded.origins.find(std::string{row.name});
      out.append(row.name).append("=").append(quoted(value)).append("  # ");
      out.append(origin == loaded.origins.end() ? "default" : origin->second).append("\n");
    }
  return out;
}

} // namespace arauto::app
