#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace arauto {

/// What clients may send into a namespace. Immutable; outlives the sessions it is given to.
struct client_event_rules {
  /// Why an event of that name is refused: arguments of its acknowledgement (JSON). Empty: it may pass.
  std::string (*refusal)(std::string_view name) = nullptr;
  /// Bytes of the arguments and attachments of one event together; a larger one is refused and counted.
  std::size_t bytes_max = 1000000;
  /// Events that a session may send per second, and at once after a pause; what exceeds it is refused and counted.
  /// 0: as many as it likes.
  std::uint32_t per_second = 0;
};

} // namespace arauto
