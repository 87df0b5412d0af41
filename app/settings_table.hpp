#pragma once

#include "app/settings.hpp"

#include <array>
#include <span>
#include <string_view>
#include <variant>

/// The one table of settings: environment, env file, flags, `--print-config`, .env.example and docs/configuration.md
/// are all made of it, so they cannot disagree. A new setting is a field in settings.hpp and a row in here.
namespace arauto::app {

/// Exactly `true` is true; everything else is false, with a warning unless it is `false`.
struct boolean_field {
  bool settings::*at;
};

/// Any text; an empty one means the default. `check` says whether it is allowed (null: all are), `allowed` what is.
struct text_field {
  std::string settings::*at;
  bool (*check)(const std::string& text) = nullptr;
  std::string_view allowed = {};
};

/// A text that may be missing: an empty one counts as unset.
struct optional_text_field {
  std::optional<std::string> settings::*at;
};

/// Split at commas. `allowed` empty: items are free.
struct list_field {
  std::vector<std::string> settings::*at;
  /// Blanks around an item do not count.
  bool trims = false;
  /// An empty text means the default; else it is a list of one empty item, as in Evolution.
  bool empty_is_default = false;
  std::span<const std::string_view> allowed = {};
};

/// Decimal digits only. An empty text means the default.
struct number_field {
  std::variant<std::size_t settings::*, std::uint16_t settings::*, std::chrono::milliseconds settings::*> at;
  std::uint64_t minimum;
  std::uint64_t maximum;
  /// "bytes", "ms" or nothing.
  std::string_view unit = {};
};

/// A name of before that means the same as another one.
struct old_name {
  std::string_view old;
  std::string_view now;
};

/// One of a few names. An empty text means the default.
struct choice_field {
  std::size_t (*get)(const settings& x);
  void (*set)(settings& x, std::size_t index);
  std::span<const std::string_view> names;
  /// Taken, too, and not shown.
  std::span<const old_name> old_names = {};
};

using setting_field =
    std::variant<boolean_field, text_field, optional_text_field, list_field, number_field, choice_field>;

/// One row of the table.
struct setting {
  std::string_view name;
  /// What it does, in sentences; Markdown.
  std::string_view doc;
  setting_field field;
  /// Command-line flag with its dashes; empty when there is none.
  std::string_view flag = {};
  /// Its value is never shown.
  bool is_secret = false;
};

/// Rows under one heading.
struct setting_group {
  std::string_view heading;
  std::vector<setting> rows;
};

/// The table, in the order of the documentation. Immutable; any thread.
const std::vector<setting_group>& settings_table();

/// The row of that name, or nullptr.
const setting* find_setting(std::string_view name);

/// Names with these beginnings are ours or Evolution's: an unknown one is a typo worth a warning.
std::span<const std::string_view> watched_prefixes();

/// A setting of Evolution API, or a family of them (`name` ends in `*`), that has no effect here. The same for a few
/// names of other programs that begin like ours; these have no reason, and nothing is said about them.
struct foreign_setting {
  std::string_view name;
  std::string_view reason;
  /// Whoever sets it relies on it for safety: a warning, not only a note.
  bool is_guard = false;
  /// Other programs use this name too: only `migrate-env` speaks about it.
  bool is_common = false;
};

/// The table of them. The first row that covers a name counts.
std::span<const foreign_setting> foreign_settings();

/// The row that covers the name, or nullptr. A name of ours is never foreign: look for that first.
const foreign_setting* find_foreign(std::string_view name);

/// What a row allows, in words ("an integer from 0 to 65535"). Empty for free text.
std::string allowed_values(const setting& row);

/// The text that would set this row to the value that `x` has.
std::string value_text(const setting& row, const settings& x);

} // namespace arauto::app
