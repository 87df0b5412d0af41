#pragma once

#include "actors/ask.hpp"
#include "actors/protocol.hpp"
#include "app/api/ports.hpp"

namespace arauto::app {

/// Administration by asking the REGISTRY. One per I/O thread, that thread only.
class registry_link final : public administration {
public:
  registry_link(io_unit& unit, registry_actor registry) : unit_{unit}, registry_{std::move(registry)} {}

  void create(create_instance what, answer_handler then) override { send(std::move(what), std::move(then)); }
  void remove(delete_instance what, answer_handler then) override { send(std::move(what), std::move(then)); }
  void change(change_instance what, answer_handler then) override { send(std::move(what), std::move(then)); }

private:
  static constexpr std::chrono::milliseconds patience{10000};

  template <class Question>
  void send(Question what, answer_handler then) {
    ask<instance_answer>(
        unit_, registry_, std::move(what), patience,
        [then = std::move(then)](const std::optional<instance_answer>& answer) {
          then(answer ? *answer : instance_answer{nullptr, refusal::no_answer, "the registry did not answer in time"});
        });
  }

  io_unit& unit_;
  registry_actor registry_;
};

} // namespace arauto::app
