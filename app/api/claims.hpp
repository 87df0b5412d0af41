#pragma once

#include "actors/idempotency.hpp"
#include "app/api/emit_body.hpp"
#include "net/http/message.hpp"

#include <string>
#include <string_view>

namespace arauto::app {

/// What of a producer's request counts once: all of it when it has the field `Idempotency-Key`, else each event that
/// has an `id`. Leaves `out` empty when nothing does. Returns why the keys cannot be used; empty when they can.
std::string read_claims(const http::request& asked, std::string_view body, const emit_body& events, claims_ptr& out);

} // namespace arauto::app
