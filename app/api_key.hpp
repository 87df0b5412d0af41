#pragma once

#include "app/settings.hpp"

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace arauto::app {

enum class api_key_source {
  /// By `AUTHENTICATION_API_KEY`.
  configured,
  /// In the data directory, from an earlier start.
  kept,
  /// Made just now.
  fresh
};

/// The global key, or why there is none. Messages never hold a key that is in use.
struct api_key_outcome {
  std::string key;
  api_key_source source = api_key_source::configured;
  /// Where the key is kept; empty for a configured one.
  std::filesystem::path file;
  std::vector<std::string> warnings;
  /// Not empty: the server must not start.
  std::string error;
};

/// Finds the global key: the configured one, else the one kept in `<data directory>/api-key`, else a fresh random one,
/// which is kept there. The file has mode 0600 and is complete or absent, whenever the power goes. The data directory
/// must exist. Start-up only; throws std::runtime_error when the system has no randomness to give.
api_key_outcome resolve_api_key(const settings& x);

/// Why this key is refused: everybody knows it, since Evolution API publishes it. The text has a fresh key to copy.
/// Empty when there is nothing to refuse.
std::string refusal_of_known_key(std::string_view key);

} // namespace arauto::app
