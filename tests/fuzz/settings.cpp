// An env file, from its text to settings and back, and what becomes of one of Evolution API.
#include "app/settings.hpp"

#include "app/env_text.hpp"
#include "app/migrate_env.hpp"
#include "app/settings_table.hpp"
#include "tests/fuzz/target.hpp"

#include <algorithm>

namespace arauto::fuzz {
namespace {

using namespace app;

/// Every setting that is not the default as text.
text_map texts_of(const settings& x) {
  const settings standard;
  text_map texts;
  for (const auto& group : settings_table())
    for (const auto& row : group.rows)
      if (auto text = value_text(row, x); text != value_text(row, standard))
        texts.emplace(row.name, std::move(text));
  return texts;
}

/// A value that `env_value` can write is read back.
void check_values(const env_file& file) {
  for (const auto& [name, value] : file.values) {
    const auto text = env_value(value);
    if (!text)
      continue;
    const auto again = parse_env_file(name + "=" + *text + "\n", "again");
    require(again.errors.empty() && again.warnings.empty(), "a written value is sound");
    const auto found = again.values.find(name);
    require(again.values.size() == 1 && found != again.values.end() && found->second == value,
            "a written value is read back");
  }
}

/// No message holds the value of a secret.
void check_secrets(const env_file& file, const load_outcome& loaded) {
  constexpr std::size_t long_enough = 12; // Shorter ones may be part of a sentence.
  for (const auto& [name, value] : file.values) {
    const auto* row = find_setting(name);
    if (row == nullptr || !row->is_secret || value.size() < long_enough)
      continue;
    for (const auto* messages : {&loaded.warnings, &loaded.errors, &loaded.infos})
      for (const auto& x : *messages)
        require(x.find(value) == std::string::npos, "no message holds a secret");
  }
}

void check_settings(const env_file& file) {
  const auto loaded = load_settings({}, file, {});
  check_secrets(file, loaded);
  for (const auto& [name, origin] : loaded.origins)
    require(find_setting(name) != nullptr && file.values.contains(name) && origin == file.path,
            "a value has an origin");
  const auto texts = texts_of(loaded.values);
  const auto again = load_settings(texts, {}, {});
  for (const auto& group : settings_table())
    for (const auto& row : group.rows)
      require(value_text(row, again.values) == value_text(row, loaded.values), "settings survive being written");
}

void check_migration(const env_file& theirs) {
  const auto ours = migrate(theirs);
  const auto file = parse_env_file(ours.text, "migrated");
  require(file.errors.empty() && file.warnings.empty(), "a migrated file can be read");
  const auto loaded = load_settings({}, file, {});
  require(loaded.errors.empty(), "the server accepts a migrated file");
}

void run(std::string_view input) {
  const auto file = parse_env_file(input, "input");
  for (const auto& [name, value] : file.values)
    require(!name.empty() && value.size() <= input.size(), "a value lies in its file");
  check_values(file);
  check_settings(file);
  check_migration(file);
}

const registration it{"settings", run};

} // namespace
} // namespace arauto::fuzz
