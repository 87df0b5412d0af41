#pragma once

#include "actors/failure.hpp"

namespace arauto {

/// A handler, for a behaviour of CAF's own, that calls a function of the state. What it throws is logged with its cause
/// and counted; the actor lives on.
template <class Self, class State, class Argument>
auto on(Self* self, void (State::*handle)(Argument)) {
  return [self, handle](Argument what) { contain(self->name(), [&] { (self->state.*handle)(what); }); };
}

} // namespace arauto
