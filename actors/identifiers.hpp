#pragma once

#include <cstdint>
#include <string>

namespace arauto {

/// A token for an instance that nobody chose one for: an upper-case UUID, as integrators know them. Unguessable.
std::string fresh_token();

/// An id of a row that looks like the original's: "c" and 24 lower-case letters and digits.
std::string fresh_row_id();

/// The present in milliseconds since 1970.
std::int64_t unix_ms();

} // namespace arauto
