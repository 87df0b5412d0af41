#pragma once

#include "actors/record_change.hpp"
#include "app/api/body.hpp"
#include "app/api/respond.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace arauto::app {

/// What is wrong with the body of `POST /instance/create` (contract section 2, in the words of section 1).
violations check_create(const body_members& body);

/// What is wrong with the body of `POST /websocket/set`.
violations check_websocket_set(const body_members& body);

/// What is wrong with the body of `POST /webhook/set`.
violations check_webhook_set(const body_members& body);

/// What is wrong with the body of `POST /instance/setPresence`.
violations check_presence(const body_members& body);

/// What is wrong with the body of a broker's `set`.
violations check_broker_set(const body_members& body, std::string_view broker);

/// Reads the `websocket` of a body that was checked.
websocket_choice read_websocket(const json::value& checked);

/// Reads the `webhook` of a body that was checked.
webhook_choice read_webhook(const json::value& checked);

} // namespace arauto::app
