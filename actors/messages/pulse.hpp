#pragma once

#include <caf/allowed_unsafe_message_type.hpp>

#include <functional>

namespace arauto {

/// Calls this, which shows that the actor still takes messages.
struct pulse {
  std::function<void()> answer;
};

} // namespace arauto

// It does not leave the process, so it needs no inspect().
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(arauto::pulse)
