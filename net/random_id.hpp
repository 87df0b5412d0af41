#pragma once

#include <cstddef>
#include <string>

namespace arauto {

/// `characters` unguessable URL-safe characters (6 bits each) from the operating system's generator. Thread-safe.
/// Throws std::runtime_error when the system has no randomness to give.
std::string random_id(std::size_t characters);

/// A random UUID, version 4, lower case.
std::string random_uuid();

} // namespace arauto
