#pragma once

#include "actors/directory.hpp"
#include "actors/event.hpp"
#include "actors/ports.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace arauto {

/// What a browser token takes away from its bearer: these events only, and until then.
struct token_limits {
  event_filter filter;
  /// Milliseconds since 1970.
  std::int64_t expires_at_ms = 0;
};

/// Who came with a key.
struct bearer {
  key_owner owner;
  /// Of a browser token, which reads only.
  std::optional<token_limits> limits;
};

/// Judges a key: the global one, a token of instances, or a browser token that is still good. `owner` knows nobody when
/// it is none of these.
bearer bearer_of(std::string_view key, const directory& names, const browser_token_reader& tokens);

} // namespace arauto
