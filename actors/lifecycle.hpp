#pragma once

#include "actors/event.hpp"
#include "actors/record.hpp"
#include "actors/record_change.hpp"

#include <vector>

/// The events by which the server itself tells of an instance (contract section 5, emitter "M").
namespace arauto {

/// `instance.create`.
std::vector<emission> creation_events(const instance_record& x);

/// `instance.delete` and `remove.instance`; the last one ends the instance's sessions.
std::vector<emission> deletion_events(const instance_record& x);

/// `remove.instance` alone: a creation that failed half-way.
std::vector<emission> abandonment_events();

/// `connection.update`, after `logout.instance` when the instance was closed.
std::vector<emission> status_events(const instance_record& x);

} // namespace arauto
