#pragma once

#include "app/store/data_directory.hpp"

#include <filesystem>

namespace arauto::app {

/// Brings a log whose segments are SQLite databases to the present form, one segment after the other: each is written
/// beside the old one, synced, and takes its name before the old one goes. So a process that ends meanwhile leaves
/// nothing undone that the next one does not do. What is damaged in an old file is damaged in the new one, and the old
/// one stays with ".damaged" at the end of its name. Throws std::runtime_error.
void migrate_segments(const data_directory& home, const std::filesystem::path& directory);

} // namespace arauto::app
