#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace arauto {

/// Length of the UTF-8 sequence at the beginning of `text`, 0 when there is none (RFC 3629).
inline std::size_t utf8_length(std::string_view text) noexcept {
  const auto byte = [text](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U; };
  const auto continues = [&](std::size_t i) { return (byte(i) & 0xC0U) == 0x80U; };
  const auto first = byte(0);
  if (first < 0x80)
    return 1;
  if (first >= 0xC2 && first <= 0xDF)
    return continues(1) ? 2 : 0;
  if (first >= 0xE0 && first <= 0xEF) {
    const auto is_overlong = first == 0xE0 && byte(1) < 0xA0;
    const auto is_surrogate = first == 0xED && byte(1) > 0x9F;
    return continues(1) && continues(2) && !is_overlong && !is_surrogate ? 3 : 0;
  }
  if (first >= 0xF0 && first <= 0xF4) {
    const auto is_overlong = first == 0xF0 && byte(1) < 0x90;
    const auto is_beyond = first == 0xF4 && byte(1) > 0x8F;
    return continues(1) && continues(2) && continues(3) && !is_overlong && !is_beyond ? 4 : 0;
  }
  return 0;
}

/// Whether the bytes are UTF-8. Takes ASCII 32 bytes at a time.
inline bool is_utf8(std::string_view text) noexcept {
  constexpr std::uint64_t high_bits = 0x8080808080808080;
  while (!text.empty()) {
    if (std::array<std::uint64_t, 4> some{}; text.size() >= sizeof some) {
      std::memcpy(some.data(), text.data(), sizeof some);
      if (((some[0] | some[1] | some[2] | some[3]) & high_bits) == 0) {
        text.remove_prefix(sizeof some);
        continue;
      }
    }
    const auto length = utf8_length(text);
    if (length == 0)
      return false;
    text.remove_prefix(length);
  }
  return true;
}

} // namespace arauto
