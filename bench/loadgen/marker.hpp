#pragma once

#include "bench/loadgen/clock.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace arauto::loadgen {

/// What the load generator hides in the data of an event, to recognise it in whatever bytes the server sends.
///
///     marker := "LGv1:" time ":" sequence ":" instance ":" event     hexadecimal, 16, 8, 6 and 8 digits
struct marker {
  nanos sent_at = 0;
  /// Position among the events of its instance, from 1.
  std::uint64_t sequence = 0;
  std::uint32_t instance = 0;
  std::uint32_t event = 0;

  static constexpr std::string_view tag = "LGv1:";
  static constexpr std::size_t size = 5 + 16 + 1 + 8 + 1 + 6 + 1 + 8;
  static constexpr std::string_view blank = "LGv1:0000000000000000:00000000:000000:00000000";
};
static_assert(marker::blank.size() == marker::size);

namespace detail {

inline constexpr auto digit_values = [] {
  auto table = std::array<std::uint8_t, 256>{};
  for (unsigned i = 0; i < 10; ++i)
    table['0' + i] = static_cast<std::uint8_t>(i);
  for (unsigned i = 0; i < 6; ++i)
    table['a' + i] = static_cast<std::uint8_t>(10 + i);
  return table;
}();

inline void put_hex(char* at, std::size_t digits, std::uint64_t value) noexcept {
  for (; digits-- > 0; value >>= 4)
    at[digits] = "0123456789abcdef"[value & 15];
}

inline std::uint64_t get_hex(const char* at, std::size_t digits) noexcept {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < digits; ++i)
    value = value << 4 | digit_values[static_cast<unsigned char>(at[i])];
  return value;
}

} // namespace detail

/// Overwrites the `marker::size` bytes at `at`.
inline void write_marker(char* at, const marker& x) noexcept {
  detail::put_hex(at + 5, 16, static_cast<std::uint64_t>(x.sent_at));
  detail::put_hex(at + 22, 8, x.sequence);
  detail::put_hex(at + 31, 6, x.instance);
  detail::put_hex(at + 38, 8, x.event);
}

/// The marker in `text`. `hint` is where the last one was found: frames of one run look alike, so it nearly always
/// hits.
inline std::optional<marker> find_marker(std::string_view text, std::size_t& hint) noexcept {
  if (text.size() < hint + marker::size || text.substr(hint, marker::tag.size()) != marker::tag) {
    const auto at = text.find(marker::tag);
    if (at == std::string_view::npos || text.size() < at + marker::size)
      return std::nullopt;
    hint = at;
  }
  const auto* at = text.data() + hint;
  return marker{static_cast<nanos>(detail::get_hex(at + 5, 16)), detail::get_hex(at + 22, 8),
                static_cast<std::uint32_t>(detail::get_hex(at + 31, 6)),
                static_cast<std::uint32_t>(detail::get_hex(at + 38, 8))};
}

} // namespace arauto::loadgen
