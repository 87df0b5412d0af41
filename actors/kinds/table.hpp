#pragma once

#include "actors/instance.hpp"

#include <span>
#include <string_view>

namespace arauto {

/// A kind of instance (`integration`): its name, how it starts, and the function that spawns its actor. A new kind is
/// one more row in table.cpp.
struct instance_kind {
  std::string_view name;
  /// `connection_status` of a new instance.
  std::string_view first_status;
  /// Demands of `/instance/create`.
  bool needs_token = false;
  bool needs_number = false;
  instance_actor (*spawn)(io_unit& unit, instance_services_ptr services, instance_number number,
                          std::shared_ptr<const instance_record> record) = nullptr;
};

std::span<const instance_kind> instance_kinds() noexcept;

/// The kind of that name, or nullptr.
const instance_kind* find_kind(std::string_view name) noexcept;

} // namespace arauto
