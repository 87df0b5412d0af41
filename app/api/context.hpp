#pragma once

#include "app/api/outcomes.hpp"
#include "app/api/ports.hpp"
#include "app/settings.hpp"
#include "net/http/cors.hpp"

namespace arauto::app {

/// What the exchanges of one I/O thread share.
struct api_context {
  const settings& config;
  api_ports ports;
  http::cors_policy cors;
  /// What to do when the events of a request were placed or refused, where that is more than the usual answer. Bound:
  /// what is under way.
  outcome_table outcomes;
};

} // namespace arauto::app
