#pragma once

#include "app/settings.hpp"

#include <string>

/// Texts made of the table of settings.
namespace arauto::app {

/// `.env.example`: every setting with its default, commented out, so that a copy changes nothing.
std::string env_example();

/// `docs/configuration.md`.
std::string configuration_page();

/// The values in force as an env file, each with its origin; `***` instead of secrets.
std::string print_config(const load_outcome& loaded);

} // namespace arauto::app
