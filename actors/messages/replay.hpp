#pragma once

#include "actors/event_store.hpp"
#include "actors/interfaces.hpp"

#include <caf/allowed_unsafe_message_type.hpp>

#include <cstdint>
#include <memory>
#include <string>

/// How sessions read what they missed.
namespace arauto {

/// A SESSION wants a page of the log.
struct read_events {
  session_actor who;
  event_query query;
};

/// The page that somebody asked for.
struct events_read {
  std::shared_ptr<const event_page> page;
  /// Not empty: there is no page, for that reason.
  std::string failure;
};

} // namespace arauto

// None of these leaves the process, so none needs an inspect().
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(arauto::event_query)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(arauto::events_read)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(arauto::read_events)
