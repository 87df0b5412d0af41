#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>

namespace arauto {

/// The first byte for which `is_found` holds, or `end`. The predicate is asked about 16 bytes at once, and about single
/// ones at the end: it is written with operators that take both, `|` instead of `||`. Bytes are signed: those beyond
/// ASCII are less than 0.
template <class Predicate>
const char* find_byte(const char* at, const char* end, Predicate is_found) noexcept {
  static_assert(std::endian::native == std::endian::little, "the first byte of a block is the lowest one");
  using block = signed char __attribute__((vector_size(16)));
  using words = std::array<std::uint64_t, 2>;
  // Long stretches without a find are passed four blocks at a time.
  for (std::array<block, 4> x; end - at >= static_cast<std::ptrdiff_t>(sizeof x); at += sizeof x) {
    std::memcpy(&x, at, sizeof x);
    const auto found = std::bit_cast<words>(is_found(x[0]) | is_found(x[1]) | is_found(x[2]) | is_found(x[3]));
    if ((found[0] | found[1]) != 0)
      break;
  }
  for (block x; end - at >= static_cast<std::ptrdiff_t>(sizeof x); at += sizeof x) {
    std::memcpy(&x, at, sizeof x);
    const auto found = std::bit_cast<words>(is_found(x));
    if (found[0] != 0)
      return at + std::countr_zero(found[0]) / 8;
    if (found[1] != 0)
      return at + 8 + std::countr_zero(found[1]) / 8;
  }
  while (at != end && !is_found(static_cast<signed char>(*at)))
    ++at;
  return at;
}

} // namespace arauto
