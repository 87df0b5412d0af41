#pragma once

#include "tests/isolation/marks.hpp"

#include <cstddef>
#include <cstdint>
#include <string>

namespace arauto::isolation {

/// What a namespace looks like, aimed at a tenant. Only the first two are anybody's.
enum class namespace_form : std::uint8_t {
  root,
  exact,
  ghost,
  trailing_slash,
  doubled_slash,
  other_case,
  percent_encoded,
  with_query,
  beginning_of_name,
  nul_after_name,
  padded
};
inline constexpr std::size_t namespace_form_count = 11;

/// The namespace of that form that aims at a tenant.
std::string namespace_for(namespace_form form, const tenant& own);
/// Whether somebody with that key is let in there.
bool is_open(namespace_form form, reach with, const tenant& own);

} // namespace arauto::isolation
