#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

/// `manifest.json` of a backup: which files it has, how long they are, and their SHA-256 sums. Functions throw
/// std::runtime_error.
namespace arauto::app {

/// Writes it about all files of a directory and its directories, and syncs it. How many there are.
std::size_t write_manifest(const std::filesystem::path& directory, std::string_view version, std::int64_t now_ms);

/// Names of the files, relative to the directory, once all are there as the manifest says.
std::vector<std::string> check_manifest(const std::filesystem::path& directory);

} // namespace arauto::app
