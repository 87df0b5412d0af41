#pragma once

#include "actors/catalogue.hpp"

#include <optional>
#include <string>

namespace arauto::app {

/// Reads the name of an event in either spelling, or a custom one: its wire name, and its place in the catalogue. The
/// reason when it is none, with names that are near.
std::optional<std::string> read_event_name(std::string given, std::string& name, catalogue_index& index);

} // namespace arauto::app
