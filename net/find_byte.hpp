#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace arauto {

namespace detail {

using byte_block = signed char __attribute__((vector_size(16)));
inline constexpr std::ptrdiff_t block_bytes = sizeof(byte_block);

/// Position of the first byte of a comparison's result that is true, or something beyond the last one.
inline std::ptrdiff_t first_true(byte_block found) noexcept {
#ifdef __SSE2__
  return std::countr_zero(static_cast<std::uint32_t>(_mm_movemask_epi8(std::bit_cast<__m128i>(found))));
#else
  static_assert(std::endian::native == std::endian::little, "the first byte of a block is the lowest one");
  const auto words = std::bit_cast<std::array<std::uint64_t, 2>>(found);
  return words[0] != 0 ? std::countr_zero(words[0]) / 8 : 8 + std::countr_zero(words[1]) / 8;
#endif
}

} // namespace detail

/// The first byte for which `is_found` holds, or `end`. The predicate is asked about 16 bytes at once, and about single
/// ones where there are fewer: it is written with operators that take both, `|` instead of `||`. Bytes are signed:
/// those beyond ASCII are less than 0.
template <class Predicate>
const char* find_byte(const char* at, const char* end, Predicate is_found) noexcept {
  using namespace detail;
  const auto load = [](const char* from) {
    byte_block x;
    std::memcpy(&x, from, sizeof x);
    return x;
  };
  if (const auto size = end - at; size < block_bytes) {
    if (size >= block_bytes / 2) { // Both halves of one block, which overlap in the text.
      byte_block x;
      std::memcpy(&x, at, block_bytes / 2);
      std::memcpy(reinterpret_cast<char*>(&x) + block_bytes / 2, end - block_bytes / 2, block_bytes / 2);
      const auto first = first_true(is_found(x));
      return first < block_bytes / 2 ? at + first : first < block_bytes ? end - block_bytes + first : end;
    }
    while (at != end && !is_found(static_cast<signed char>(*at)))
      ++at;
    return at;
  }
  // Most texts end in the first block. Long stretches without a find are passed four blocks at a time.
  if (const auto first = first_true(is_found(load(at))); first < block_bytes)
    return at + first;
  for (at += block_bytes; end - at >= 4 * block_bytes; at += 4 * block_bytes)
    if (first_true(is_found(load(at)) | is_found(load(at + block_bytes)) | is_found(load(at + 2 * block_bytes)) |
                   is_found(load(at + 3 * block_bytes))) < block_bytes)
      break;
  for (; end - at >= block_bytes; at += block_bytes)
    if (const auto first = first_true(is_found(load(at))); first < block_bytes)
      return at + first;
  // The last block overlaps what was looked at: nothing is found there again.
  const auto first = first_true(is_found(load(end - block_bytes)));
  return first < block_bytes ? end - block_bytes + first : end;
}

} // namespace arauto
