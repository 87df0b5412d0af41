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

  explicit instance_state(placed* actor) : self{actor} {}

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

  placed* self;
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

/// The behaviour that all kinds share, with what a kind does with a message of its channel and at a tick.
template <auto OnMessage, auto OnTick>
inline constexpr auto instance_handles =
    handles<instance_actor, &instance_state::emit, &instance_state::publish_slice, &instance_state::admit,
            &instance_state::release, &instance_state::relay, OnMessage, &instance_state::give_up,
            &instance_state::configure, &instance_state::retire, OnTick>;

/// The kinds that are fed from outside.
behaviour<instance_state> instance(placed_actor<instance_actor, instance_state>* self, instance_services_ptr services,
                                   instance_number number, std::shared_ptr<const instance_record> record);

} // namespace arauto
