#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace arauto::app {

/// Texts of settings by their names.
using text_map = std::map<std::string, std::string, std::less<>>;

/// What a `.env` file says. Messages name the line, never its content: it may be a key.
struct env_file {
  /// Empty when there is none.
  std::string path;
  text_map values;
  std::vector<std::string> warnings;
  std::vector<std::string> errors;
};

/// Reads the format of npm's dotenv, as Evolution does: `NAME=text`, an optional `export`, comments from `#`, text in
/// single or double quotes or backticks (over several lines, too; `\n` is a line break in double quotes), the last of
/// two equal names counts. A quote that does not close is an error. Pure.
env_file parse_env_file(std::string_view text, std::string path);

/// Reads the file at `path`. One that is not there is an error if it is `required`, and else as good as empty.
env_file load_env_file(const std::string& path, bool required);

/// The environment of this process. Start-up only.
text_map process_environment();

} // namespace arauto::app
