#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace arauto::http {

/// More is not compressed at once: this takes 13 ms (measured), in which an I/O thread does nothing else.
inline constexpr std::size_t gzip_bytes_max = 1024UL * 1024;

/// The text as gzip, level 6. Throws std::bad_alloc. Precondition: at most `gzip_bytes_max` bytes.
std::string gzip(std::string_view text);

} // namespace arauto::http
