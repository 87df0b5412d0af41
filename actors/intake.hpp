#pragma once

#include "actors/placed.hpp"
#include "actors/protocol.hpp"

#include <boost/unordered/unordered_flat_map.hpp>

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace arauto {

/// Events on their way from the HTTP requests of one I/O thread to their instances: what a turn brings for one instance
/// leaves as one message. At most `events_max` events wait for the log; beyond that requests are refused. Owned by the
/// thread's composition; that thread only.
class intake_queue final : private turn_task {
public:
  static constexpr std::size_t events_max = 65536;
  /// Events that one message of a channel can bring.
  static constexpr std::uint32_t events_per_message = 4;
  /// Told how a request ended.
  using answer_handler = std::function<void(const emit_request& request, unsigned status, std::string_view failure)>;

  intake_queue(loop& home, answer_handler answer) : home_{home}, answer_{std::move(answer)} {}
  ~intake_queue() override { home_.forget(*this); }

  /// Takes all events or none. `once`: what of them counts once, or nullptr.
  bool submit(const instance_actor& to, std::vector<emission> events, reply_slot where, claims_ptr once = nullptr);

  /// Takes a message of a channel; it counts as the events that may come of it.
  bool submit(const instance_actor& to, std::shared_ptr<const std::string> message, reply_slot where);

  /// The log placed, or an instance refused, the events of these requests.
  void settle(const append_outcome& x);

  std::size_t waiting() const noexcept { return waiting_; }

private:
  void at_turn_end() override;

  loop& home_;
  answer_handler answer_;
  struct bundle {
    instance_actor to;
    emit_batch batch;
  };
  std::vector<bundle> bundles_;
  boost::unordered_flat_map<caf::actor_id, std::size_t> bundle_of_;
  std::vector<std::pair<instance_actor, channel_message>> messages_;
  std::size_t waiting_ = 0;
};

/// The intake as an actor: what others send to an I/O thread's queue.
struct intake_state {
  static constexpr const char* name = "intake";
  void settle(const append_outcome& x) { queue->settle(x); }
  intake_queue* queue = nullptr;
};
behaviour<intake_state> intake(placed_actor<intake_actor, intake_state>* self, intake_queue* queue);

} // namespace arauto
