#pragma once

#include "actors/failure.hpp"
#include "actors/placed.hpp"

#include <caf/actor.hpp>
#include <caf/event_based_actor.hpp>

#include <chrono>
#include <functional>
#include <optional>
#include <utility>

namespace arauto {

/// Asks an actor and brings its answer back to this unit's thread, through a one-shot actor: for administration, not
/// for the hot path. `then` gets the answer, or nothing when it did not come in time. That unit's thread only.
template <class Answer, class Handle, class Question>
void ask(io_unit& unit, const Handle& whom, Question what, std::chrono::milliseconds timeout,
         std::function<void(const std::optional<Answer>&)> then) {
  caf::actor_config config{&unit};
  config.init_fun = caf::actor_config::init_fun_type(
      [whom, what = std::move(what), timeout, then = std::move(then)](caf::local_actor* base) mutable -> caf::behavior {
        auto* self = static_cast<placed<caf::event_based_actor>*>(base);
        const auto finish = [self, then](const std::optional<Answer>& answer) {
          contain("ask", [&] { then(answer); });
          self->quit();
        };
        self->request(whom, timeout, std::move(what))
            .then([finish](const Answer& answer) { finish(answer); },
                  [finish](const caf::error&) { finish(std::nullopt); });
        return {};
      });
  unit.system().template spawn_class<placed<caf::event_based_actor>, caf::no_spawn_options>(config);
}

} // namespace arauto
