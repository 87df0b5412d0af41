#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace arauto {

/// `characters` unguessable URL-safe characters (6 bits each) from the operating system's generator. Thread-safe.
/// Throws std::runtime_error when the system has no randomness to give.
std::string random_id(std::size_t characters);

/// 64 unguessable bits; as above.
std::uint64_t random_bits();

/// A random UUID, version 4, lower case.
std::string random_uuid();

} // namespace arauto
