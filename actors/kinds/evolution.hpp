#pragma once

#include "actors/instance.hpp"

namespace arauto {

/// EVOLUTION: an instance whose messages are posted to `/webhook/evolution` (contract sections 2 and 5). Each becomes
/// `messages.upsert`, `contacts.upsert`, `chats.update` when its chat was seen before, and `chats.upsert`. The last
/// 10,000 chats are remembered, until the process ends.
instance_actor spawn_evolution(io_unit& unit, instance_services_ptr services, instance_number number,
                               std::shared_ptr<const instance_record> record);

} // namespace arauto
