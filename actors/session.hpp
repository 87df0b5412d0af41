#pragma once

#include "actors/dispatch_lists.hpp"
#include "actors/gate.hpp"
#include "actors/light_actor.hpp"
#include "actors/pending_acks.hpp"
#include "actors/protocol.hpp"
#include "actors/rate_limit.hpp"
#include "actors/session_carrier.hpp"
#include "net/socketio/packet_reader.hpp"

#include <array>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace arauto {

/// One client's membership of one namespace: filter and position, rooms, acknowledgements that are owed. Held by what
/// carries it and by its owner; ends with its carrier, or when its pass expires. Light actor, I/O thread only.
class session final : public light_actor {
public:
  using signatures = session_actor::signatures;
  using behavior_type = session_actor::behavior_type;

  /// `sid` is its id, as the client knows it. Takes what it needs of the pass, but not its ticket.
  session(caf::actor_config& config, session_carrier& above, std::string_view sid, gate_pass& pass);
  ~session() override;

  const char* name() const override { return "session"; }

  /// Asks the owner to let it in.
  void ask(join ticket);

  // -- called by the HUB

  /// The join was granted: CONNECT goes out, what is published to its lists follows.
  void admit(const admit_session& x);
  /// Events in order.
  void deliver(batch& x);
  /// A packet, complete with attachments. False: it was volatile and the transport takes nothing now, or the session is
  /// over.
  bool deliver_packet(const broadcast& x);
  /// Its owner ends it: DISCONNECT.
  void close();
  /// Its owner ends it in that way.
  void end_as(session_end how);
  /// Its owner died: the client has to come again.
  void drop_connection();

  // -- called by its carrier

  /// An EVENT or BINARY_EVENT of the client. The answer is the arguments of an acknowledgement to send at once, when
  /// the event was refused; empty otherwise.
  std::string on_client_event(const socketio::assembled_packet& x);
  /// An ACK or BINARY_ACK of the client.
  void on_client_ack(const socketio::assembled_packet& x);
  /// The membership is over for that reason (static text): leaves its lists and its owner. The carrier forgets it.
  void leave_namespace(std::string_view why);

  std::string_view sid() const noexcept {
    return long_sid().empty() ? std::string_view{sid_.data(), sid_.size()} : long_sid();
  }
  /// What its client comes back with; empty when it cannot.
  std::string_view pid() const noexcept { return rare_ && rare_->start ? rare_->start->pid : std::string_view{}; }
  dispatch_lists::place& place_in_list() noexcept { return list_; }
  /// The rooms that it is in; nullptr: it never was in any.
  std::vector<room_index::place>* rooms() noexcept { return rare_ ? &rare_->rooms : nullptr; }
  std::vector<room_index::place>& own_rooms() { return rare().rooms; }
  session_actor handle();

private:
  enum class state : std::uint8_t { asking, joined, over };
  /// Where events come from.
  enum class lane : std::uint8_t {
    /// The HUB, all of them.
    live,
    /// The HUB, as far as the filter lets them through.
    filtered,
    /// The log, at the client's pace.
    log
  };
  /// Of one page of the log.
  static constexpr std::size_t page_bytes = 262144;
  /// Reads what the client has missed, page by page; while there is one, what the HUB brings is only noted.
  struct catch_up final : timer {
    explicit catch_up(session& x) : who{x} {}
    void on_timer() override { who.go_on_reading(); }
    session& who;
    /// The last event that the HUB brought meanwhile.
    event_sequence newest = 0;
    /// Nothing has gone out yet, not even CONNECT.
    bool is_before_connect = false;
    /// A page is on its way.
    bool is_asking = false;
    /// A page is asked for when no more bytes than that wait for the client.
    std::size_t room_at = page_bytes;
    /// Bytes that waited for the client when something moved last, and since when.
    std::size_t backlog = 0;
    std::int64_t moved_ms = 0;
  };
  struct expiry final : timer {
    expiry(session& x, std::int64_t at) : who{x}, at_ms{at} {}
    void on_timer() override;
    session& who;
    std::int64_t at_ms;
  };
  /// Only where clients are heard or asked.
  struct dialogue {
    pending_acks acks;
    std::optional<rate_limit> rate;
  };
  /// What few sessions have, or not for long.
  struct rarities {
    /// Nothing: everything passes.
    std::optional<event_filter> filter;
    std::unique_ptr<expiry> end;
    std::unique_ptr<dialogue> talk;
    std::unique_ptr<beginning> start;
    std::vector<room_index::place> rooms;
    /// What the client may send; nullptr: it is not heard.
    const client_event_rules* client_events = nullptr;
    /// Its id, where that is none of ours in length; empty otherwise.
    std::string sid;
    /// The id that it joined with, where it has another one by now; empty otherwise.
    std::string joined_sid;

    bool is_empty() const noexcept {
      return !filter && !end && !talk && !start && rooms.empty() && client_events == nullptr && sid.empty() &&
             joined_sid.empty();
    }
  };
  using sid_text = std::array<char, session_sid_characters>;

  void receive(caf::type_erased_tuple& what) override;
  void on_exit_request() override { close(); }
  void refuse(const refuse_session& why);
  void become(const known_session& x);
  void begin_at(event_sequence joined);
  void become_live();
  void refuse_beginning(const events_read& x);
  void connect();
  void begin_anew();
  void fall_behind(event_sequence newest);
  bool push_packet(const broadcast& x);
  void read_on();
  void go_on_reading();
  void take(const events_read& x);
  bool is_whole() const;
  bool passes(const event& x) const noexcept { return lane_filter() == nullptr || lane_filter()->passes(x); }
  const event_filter* lane_filter() const noexcept { return rare_ && rare_->filter ? &*rare_->filter : nullptr; }
  beginning* start() const noexcept { return rare_ ? rare_->start.get() : nullptr; }
  std::string_view long_sid() const noexcept { return rare_ ? rare_->sid : std::string_view{}; }
  void set_sid(std::string_view sid);
  bool is_recoverable() const noexcept { return form_ == event_form::socketio_with_offset; }
  std::size_t backlog() const noexcept { return out_->backlog(); }
  push_result offer(const frame_batch& what) { return out_ == nullptr ? push_result::closed : out_->push(what); }
  /// The same for what cannot wait: a client with no room for it is closed. False when they were not taken.
  bool push(const frame_batch& what);
  rarities& rare();
  bool is_for_it(const event& x) const;
  bool lacks_some(const event_page& x) const;
  void send_page(const event_page& x);
  lane live_lane() const noexcept;
  dialogue& talk();
  bool is_within_rate(const client_event_rules& rules);

  // A delivery reads these: one cache line of each session.
  outbox* out_;
  /// Where the client is: it has everything up to here that is its.
  offset place_;
  lane lane_ = lane::live;
  event_form form_;
  state state_ = state::asking;
  /// The namespace gets only what its settings select.
  bool is_selected_only_;
  std::unique_ptr<rarities> rare_;
  session_carrier* above_;
  namespace_actor owner_;
  sid_text sid_{};
  dispatch_lists::place list_;
  /// Nullptr: no log keeps events.
  const log_access* log_;
  /// Whose events of the log it may read.
  instance_ids instances_;
  std::unique_ptr<catch_up> behind_;
};

} // namespace arauto
