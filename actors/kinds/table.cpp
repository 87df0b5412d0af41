#include "actors/kinds/table.hpp"

#include "actors/kinds/evolution.hpp"
#include "actors/kinds/synthetic.hpp"

namespace arauto {

namespace {

/// Kinds whose events come from outside (producers and the relay).
instance_actor spawn_fed(io_unit& unit, instance_services_ptr services, instance_number number,
                         std::shared_ptr<const instance_record> record) {
  return spawn_on<instance_actor, instance_state>(unit, instance, std::move(services), number, std::move(record));
}

constexpr instance_kind kinds[] = {
    {"WHATSAPP-BAILEYS", "close", false, false, spawn_fed},
    {"WHATSAPP-BUSINESS", "open", true, true, spawn_fed},
    {"EVOLUTION", "open", false, false, spawn_evolution},
    {"SYNTHETIC", "open", false, false, spawn_synthetic},
};

} // namespace

std::span<const instance_kind> instance_kinds() noexcept {
  return kinds;
}

const instance_kind* find_kind(std::string_view name) noexcept {
  for (const auto& x : kinds)
    if (x.name == name)
      return &x;
  return nullptr;
}

} // namespace arauto
