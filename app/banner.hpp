#pragma once

#include "app/api_key.hpp"
#include "app/settings.hpp"

#include <string>

namespace arauto::app {

/// Base URL of the server as seen from this machine.
std::string local_url(const settings& x, std::uint16_t port);

/// What a person sees when the server is up: where it listens, which key to use, and a command that sends a first
/// event. A configured key is not repeated.
std::string banner(const settings& x, std::uint16_t port, const api_key_outcome& key, std::size_t instances);

} // namespace arauto::app
