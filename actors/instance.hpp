#pragma once

#include "actors/log_board.hpp"
#include "actors/placed.hpp"
#include "actors/protocol.hpp"
#include "actors/session_set.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace arauto {

/// How envelopes say the time of our own events (`EVENT_DATE_TIME`).
enum class date_time_form {
  utc,
  /// Local wall-clock time with a false `Z`, as Evolution writes it.
  evolution
};

struct envelope_settings {
  /// `SERVER_URL`; empty: left out.
  std::string server_url;
  date_time_form date_time = date_time_form::utc;
  /// Show the instance's token in the envelope (`AUTHENTICATION_EXPOSE_IN_FETCH_INSTANCES`).
  bool expose_token = false;
  /// A last member `offset` (`EVENT_OFFSET_MEMBER`).
  bool shows_offset = false;
};

/// What every instance stands on. Immutable.
struct instance_services {
  std::vector<hub_actor> hubs;
  event_log_actor log;
  /// By index of the I/O thread.
  std::vector<intake_actor> intakes;
  envelope_settings envelope;
  /// Nullptr: no log keeps events.
  const log_board* places = nullptr;
};
using instance_services_ptr = std::shared_ptr<const instance_services>;

/// One emitter: turns emissions into events, has them placed by the log, and brings them to the sessions of its
/// namespace that its selection lets through. Placed on one I/O unit; owned by the REGISTRY.
struct instance_state {
  static constexpr const char* name = "instance";
  using pointer = placed_actor<instance_actor, instance_state>*;

  explicit instance_state(pointer actor) : self{actor} {}

  void emit(emit_batch& x);
  /// Has events of our own placed, as if a producer had sent them.
  void place(std::vector<emission> events, std::vector<emit_request> requests);
  /// Answers requests without placing anything: refused, or accepted when there is no reason.
  void answer(const std::vector<emit_request>& requests, const std::string& reason, unsigned status);
  void publish_slice(const committed& x);
  void give_up(const append_failed& x);
  void admit(const join& x);
  void release(const leave& x);
  void relay(const client_event& x);
  void configure(const configure_instance& x);
  void retire(const retire_instance& x);
  /// Nothing here: kinds that make events of their own replace it.
  void idle_tick(const tick&) {}
  /// Refused here: kinds that speak for a channel replace it.
  void refuse_message(const channel_message& x);

  pointer self;
  instance_services_ptr services;
  instance_number number = 0;
  std::shared_ptr<const instance_record> record;
  session_set sessions{0};
  /// Deleted: what still arrives is refused; the actor ends when nobody knows it any more.
  bool is_retired = false;

private:
  void keep_sender(const std::vector<emission>& events);
  void refuse_running(emit_batch& x);
  void set_record(std::shared_ptr<const instance_record> x);
  void publish_selected(const committed& x);
  void close_sessions();
  void say_farewell();
  bool is_selected(const emission& x) const noexcept;

  std::shared_ptr<const emitter> from_;
  running_claims running_;
  /// Every event that comes is behind that place.
  event_sequence position_ = 0;
  std::string nsp_;
  std::string server_url_json_;
  /// Own address of the instance as JSON text, once an event or the record told it.
  std::string sender_json_;
  event_set selection_;
  bool selects_all_ = false;
  bool is_enabled_ = false;

  friend void begin_instance(instance_state&, instance_services_ptr, instance_number,
                             std::shared_ptr<const instance_record>);
};

/// Gives a new instance what it stands on. Kinds call it first.
void begin_instance(instance_state& x, instance_services_ptr services, instance_number number,
                    std::shared_ptr<const instance_record> record);

/// The behaviour that all kinds share, with what a kind does at a tick and with a message of its channel.
template <class OnTick, class OnMessage>
instance_actor::behavior_type instance_behavior(instance_state::pointer self, OnTick on_tick, OnMessage on_message) {
  return {
      on(self, &instance_state::emit),          std::move(on_message),
      on(self, &instance_state::publish_slice), on(self, &instance_state::give_up),
      on(self, &instance_state::admit),         on(self, &instance_state::release),
      on(self, &instance_state::relay),         on(self, &instance_state::configure),
      on(self, &instance_state::retire),        std::move(on_tick),
  };
}

/// The behaviour of the kinds that are fed from outside.
instance_actor::behavior_type instance(instance_state::pointer self, instance_services_ptr services,
                                       instance_number number, std::shared_ptr<const instance_record> record);

} // namespace arauto
