#pragma once

#include "app/env_file.hpp"
#include "app/settings_table.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What Evolution API makes of its variables (contract section 6), in terms of our settings.
namespace arauto::app {

/// What becomes of one setting.
struct translated_setting {
  /// Text for our env file that has the effect the variable had there; nothing: the default here is right, or there is
  /// no such text.
  std::optional<std::string> value;
  /// What the person who moves should know, a sentence without the name.
  std::vector<std::string> remarks;
};

/// Translates one row of our table. A variable that Evolution API does not know but we do is ours and stays as it is.
/// Pure. Remarks hold no secret.
translated_setting translate(const setting& row, const text_map& theirs);

/// Whether Evolution API reads a variable of that name, and we do.
bool is_shared_setting(std::string_view name);

/// What `parseInt` of JavaScript gives; nothing for NaN. Cut off at 2^53.
std::optional<std::int64_t> parse_int(std::string_view text);

} // namespace arauto::app
