#pragma once

#include "actors/failure.hpp"
#include "actors/io_unit.hpp"

#include <caf/actor_config.hpp>
#include <caf/actor_system.hpp>
#include <caf/event_based_actor.hpp>

#include <chrono>
#include <functional>
#include <optional>
#include <utility>

namespace arauto {

/// An actor of CAF's own kind that stays on the unit it was spawned on. CAF 0.17 resumes an actor on its sender's unit,
/// so both ways into a unit are overridden. For what only such actors can: requests with an answer and a time limit.
class asking_actor final : public caf::event_based_actor {
public:
  explicit asking_actor(caf::actor_config& config);

  using caf::event_based_actor::enqueue;
  void enqueue(caf::mailbox_element_ptr what, caf::execution_unit* from) override;
  void launch(caf::execution_unit* from, bool is_lazy, bool is_hidden) override;
  caf::resumable::resume_result resume(caf::execution_unit* from, std::size_t throughput) override;
  /// CAF's scheduler keeps its hands off such an actor.
  caf::resumable::subtype_t subtype() const override { return caf::resumable::io_actor; }

private:
  io_unit* unit_;
};

/// Asks an actor and brings its answer back to this unit's thread, through a one-shot actor: for administration, not
/// for the hot path. `then` gets the answer, or nothing when it did not come in time. That unit's thread only.
template <class Answer, class Handle, class Question>
void ask(io_unit& unit, const Handle& whom, Question what, std::chrono::milliseconds timeout,
         std::function<void(const std::optional<Answer>&)> then) {
  caf::actor_config config{&unit};
  config.init_fun = caf::actor_config::init_fun_type(
      [whom, what = std::move(what), timeout, then = std::move(then)](caf::local_actor* base) mutable -> caf::behavior {
        auto* self = static_cast<asking_actor*>(base);
        const auto finish = [self, then](const std::optional<Answer>& answer) {
          contain("ask", [&] { then(answer); });
          self->quit();
        };
        self->request(whom, timeout, std::move(what))
            .then([finish](const Answer& answer) { finish(answer); },
                  [finish](const caf::error&) { finish(std::nullopt); });
        return {};
      });
  unit.system().template spawn_class<asking_actor, caf::no_spawn_options>(config);
}

} // namespace arauto
