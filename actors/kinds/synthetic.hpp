#pragma once

#include "actors/instance.hpp"

namespace arauto {

/// SYNTHETIC: an instance that emits a `messages.upsert` of its own every second, for demonstrations and load.
instance_actor spawn_synthetic(io_unit& unit, instance_services_ptr services, instance_number number,
                               std::shared_ptr<const instance_record> record);

} // namespace arauto
