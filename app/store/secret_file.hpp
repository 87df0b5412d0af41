#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace arauto::app {

/// A secret of the data directory, or why there is none. Messages never hold the secret.
struct secret_outcome {
  std::string text;
  /// Made just now.
  bool is_fresh = false;
  std::vector<std::string> warnings;
  /// Not empty: there is none.
  std::string error;
};

/// Reads the secret that a file of the data directory holds; a fresh random one is kept there when there is no file.
/// The file has mode 0600 and is complete or absent, whenever the power goes. `what` names the secret in messages.
/// Start-up only; throws std::runtime_error when the system has no randomness to give.
secret_outcome keep_secret(const std::filesystem::path& path, std::string_view what);

/// 128 random bits as 32 upper-case hexadecimal digits.
std::string fresh_secret();

/// Whether the text has visible ASCII only, so that it can travel in a header.
bool is_printable(std::string_view x);

} // namespace arauto::app
