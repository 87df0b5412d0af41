#pragma once

#include "actors/dispatch_lists.hpp"
#include "actors/light_actor.hpp"
#include "actors/protocol.hpp"
#include "net/ports.hpp"

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace arauto {

class connection;
struct gate_pass;

/// Who owns a session: the INSTANCE of its namespace, or the BROADCASTER on "/".
using session_owner = std::variant<instance_actor, broadcaster_actor>;

/// One connection's membership of one namespace: filter and position. Held by its connection and its owner; ends with
/// its connection, or when the browser token that it came with expires. Light actor, I/O thread only.
class session final : public light_actor {
public:
  using signatures = session_actor::signatures;
  using behavior_type = session_actor::behavior_type;

  session(caf::actor_config& config, connection& above, dispatch_lists& lists, std::string nsp, event_filter filter,
          const gate_pass& pass);

  const char* name() const override { return "session"; }

  /// Asks the owner to let it in.
  void ask(gate_pass pass);

  // -- called by the HUB

  /// The join was granted: CONNECT goes out, what is published to `lists` follows.
  void admit(const std::vector<list_key>& lists);
  /// Events in order, and their frames.
  void deliver(std::span<const publication_ptr> events, std::span<const frame_ptr> frames);
  /// A client's event, complete with attachments.
  void deliver_client_event(std::span<const frame_ptr> frames);
  /// Its owner ends it: DISCONNECT.
  void close();
  /// Its owner died: the client has to come again.
  void drop_connection();

  // -- called by the CONNECTION

  /// It came with a browser token: its client may not send events.
  bool is_read_only() const noexcept { return expiry_ != nullptr; }
  /// A client's event for the others.
  void relay(std::shared_ptr<const std::vector<frame_ptr>> frames);
  /// The membership is over: leaves its lists and its owner. The connection forgets it.
  void leave_namespace();

  const std::string& nsp() const noexcept { return nsp_; }
  const std::string& sid() const noexcept { return sid_; }
  std::vector<dispatch_lists::place>& places() noexcept { return places_; }
  session_actor handle();

private:
  enum class state : std::uint8_t { asking, joined, over };
  struct expiry final : timer {
    expiry(session& x, std::int64_t at) : who{x}, at_ms{at} {}
    void on_timer() override;
    session& who;
    std::int64_t at_ms;
  };

  void receive(caf::type_erased_tuple& what) override;
  void on_exit_request() override { close(); }
  void refuse(const refuse_session& why);

  connection* above_;
  dispatch_lists* lists_;
  session_owner owner_;
  std::string nsp_;
  std::string sid_;
  event_filter filter_;
  std::vector<dispatch_lists::place> places_;
  std::unique_ptr<expiry> expiry_;
  state state_ = state::asking;
};

} // namespace arauto
