#pragma once

#include <string_view>

namespace arauto::app {

/// The version of this program, from the project's CMakeLists.txt.
inline constexpr std::string_view version = ARAUTO_VERSION;

} // namespace arauto::app
