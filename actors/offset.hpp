#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace arauto {

/// Place in the one sequence of events; 0 is before the first.
using event_sequence = std::uint64_t;

/// A place in the EVENT LOG, as clients and producers keep it. Each start of a process, and each loss, begins an epoch
/// with a random number of its own: a place in an epoch that the log does not know, or behind the end of one, is none.
/// So nobody comes back to a place in a log that was restored from an older copy.
struct offset {
  std::uint64_t epoch = 0;
  event_sequence sequence = 0;
  friend bool operator==(const offset&, const offset&) = default;
};

/// Epoch as 16 hexadecimal digits, a hyphen, the sequence.
std::string to_string(const offset& x);

/// Nothing unless `to_string` could have written it.
std::optional<offset> read_offset(std::string_view text) noexcept;

} // namespace arauto
