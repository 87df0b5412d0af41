#include "app/import/printable.hpp"

#include "net/json.hpp"
#include "net/utf8.hpp"

#include <algorithm>

namespace arauto::app {

namespace {

bool is_continuation(char c) noexcept {
  return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U;
}

} // namespace

std::string printable(std::string_view text, std::size_t bytes_max) {
  auto size = std::min(text.size(), bytes_max);
  while (size > 0 && size < text.size() && is_continuation(text[size]))
    --size;
  const auto start = text.substr(0, size);
  const auto is_text = is_utf8(start);
  std::string x;
  for (std::size_t i = 0; i < start.size(); ++i) {
    const auto byte = static_cast<unsigned char>(start[i]);
    const auto is_latin_control =
        byte == 0xC2 && i + 1 < start.size() && static_cast<unsigned char>(start[i + 1]) < 0xA0;
    if (byte < 0x20 || byte == 0x7F || (byte >= 0x80 && (!is_text || is_latin_control))) {
      x += '?';
      i += is_text && is_latin_control ? 1 : 0;
    } else {
      x += start[i];
    }
  }
  return size < text.size() ? x + "..." : x;
}

std::size_t columns(std::string_view text) noexcept {
  return static_cast<std::size_t>(std::ranges::count_if(text, [](char c) { return !is_continuation(c); }));
}

} // namespace arauto::app
