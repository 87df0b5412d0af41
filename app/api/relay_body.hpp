#pragma once

#include "actors/event.hpp"
#include "app/relay_memory.hpp"

#include <memory>
#include <optional>
#include <string>

namespace arauto::app {

/// A webhook of Evolution API (contract section 7), read: whose event it is, and the event in our form.
struct relayed_event {
  std::string instance;
  emission what;
  /// Instance token, when Evolution API shows it (`AUTHENTICATION_EXPOSE_IN_FETCH_INSTANCES`).
  std::string api_key;
  /// Of everything but `destination`, so that the same event by two webhooks is the same.
  body_digest digest{};
  /// `state` of a `connection.update`.
  std::string connection_state;
  /// No event of an instance: the error webhook.
  bool is_error_report = false;
  /// A `messages.edited` that edits nothing (known defect of the original: it sends one for every protocol message).
  bool is_mere_protocol_message = false;
};

/// Reads a body, which the event keeps alive. Returns why it cannot be read, for humans; nothing when it can.
std::optional<std::string> read_relayed(const std::shared_ptr<const std::string>& body, relayed_event& out);

} // namespace arauto::app
