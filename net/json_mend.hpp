#pragma once

#include <string>
#include <string_view>

namespace arauto::json {

/// A copy of a text for RapidJSON's reader where it refuses valid JSON: each escaped half of a surrogate pair becomes
/// `\ufffd`, and each number that no integer type holds, or that has an exponent, becomes a zero. A byte of the copy
/// stands for the byte at the same place in the text, and a text that is not JSON becomes none. Linear; as large as the
/// text. Part of the wrapper: for net/json.cpp only.
std::string mended(std::string_view text);

} // namespace arauto::json
