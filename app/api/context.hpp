#pragma once

#include "app/api/ports.hpp"
#include "app/settings.hpp"
#include "net/http/cors.hpp"

#include <map>
#include <string>
#include <tuple>

namespace arauto::app {

/// What the exchanges of one I/O thread share.
struct api_context {
  const settings& config;
  api_ports ports;
  http::cors_policy cors;
  /// Origins of emits that wait for their answer; those without one are not kept. Bound: what is under way.
  std::map<std::tuple<std::uint32_t, std::uint32_t, std::uint32_t>, std::string> emit_origins;
};

} // namespace arauto::app
