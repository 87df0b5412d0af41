#pragma once

#include "app/api/context.hpp"

#include <string>

namespace arauto::app {

/// The key of a webhook request: header `apikey`, else query `apikey`, since senders may be able to set a URL only.
std::string webhook_key(const http::request& asked);

/// Whether the request is signed with `RELAY_JWT_KEY`, as Evolution API signs webhooks that have a `jwt_key`.
bool is_signed_webhook(const settings& config, const http::request& asked);

/// Whether the sender of this head may send a body of the full size: it has a key of the route.
bool may_send_much(api_context& home, const http::request& head);

} // namespace arauto::app
