#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace arauto::http {

/// Fields of one form, as body-parser counts them.
inline constexpr std::size_t form_fields_max = 1000;
/// Brackets in a name.
inline constexpr std::size_t form_depth_max = 32;
inline constexpr std::size_t form_name_bytes_max = 4096;

enum class form_fault { none, too_many_fields, too_deep, name_too_long };

/// What an urlencoded body says.
struct form {
  /// Each name once, in the order of their appearance; values as JSON.
  std::vector<std::pair<std::string, std::string>> members;
  /// Why there are none.
  form_fault fault = form_fault::none;
};

/// Reads a form as Express does (npm `qs` 6): `a[b]=c` makes an object, `a[]=b`, `a[0]=b` and a name that comes twice
/// make arrays. Every leaf is a text.
form parse_form(std::string_view body);

} // namespace arauto::http
