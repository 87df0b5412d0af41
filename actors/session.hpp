#pragma once

#include "actors/dispatch_lists.hpp"
#include "actors/gate.hpp"
#include "actors/light_actor.hpp"
#include "actors/pending_acks.hpp"
#include "actors/protocol.hpp"
#include "actors/rate_limit.hpp"
#include "actors/session_carrier.hpp"
#include "net/socketio/packet_reader.hpp"

#include <memory>
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
  session(caf::actor_config& config, session_carrier& above, dispatch_lists& lists, std::string nsp, std::string sid,
          gate_pass& pass);
  ~session() override;

  const char* name() const override { return "session"; }

  /// Asks the owner to let it in.
  void ask(join ticket);

  // -- called by the HUB

  /// The join was granted: CONNECT goes out, what is published to its lists follows.
  void admit(const admit_session& x);
  /// Events in order, and their frames.
  void deliver(std::span<const publication_ptr> events, std::span<const frame_ptr> frames);
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

  const std::string& nsp() const noexcept { return nsp_; }
  const std::string& sid() const noexcept { return sid_; }
  std::vector<dispatch_lists::place>& places() noexcept { return places_; }
  room_index::places& rooms() noexcept { return rooms_; }
  session_actor handle();

private:
  enum class state : std::uint8_t { asking, joined, over };
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

  void receive(caf::type_erased_tuple& what) override;
  void on_exit_request() override { close(); }
  void refuse(const refuse_session& why);
  dialogue& talk();
  bool is_within_rate();

  // A delivery reads these two and the unit before them: one cache line of each session.
  session_carrier* above_;
  /// Gets every event of its lists, as a Socket.IO packet.
  bool takes_all_packets_;
  event_form form_;
  state state_ = state::asking;
  dispatch_lists* lists_;
  namespace_actor owner_;
  const client_event_rules* client_events_;
  std::string nsp_;
  std::string sid_;
  event_filter filter_;
  std::vector<dispatch_lists::place> places_;
  room_index::places rooms_;
  std::unique_ptr<expiry> expiry_;
  std::unique_ptr<dialogue> dialogue_;
};

} // namespace arauto
