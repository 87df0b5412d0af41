#pragma once

#include "actors/gate.hpp"
#include "actors/light_actor.hpp"
#include "actors/session.hpp"
#include "actors/session_carrier.hpp"
#include "net/packed_handshake.hpp"
#include "net/socketio/namespace_table.hpp"
#include "net/socketio/packet_reader.hpp"

#include <memory>
#include <span>
#include <string>

namespace arauto {

/// What every connection of one I/O thread stands on.
struct connection_services {
  io_unit& unit;
  gate& admission;
  dispatch_lists& lists;
  const socketio::packet_limits& limits;
};

/// One client: speaks Socket.IO over an Engine.IO connection and knows its sessions by namespace. Held by the Engine.IO
/// connection until that closes. Light actor, I/O thread only.
class connection final : public light_actor, public application_side, private timer, public session_carrier {
public:
  using signatures = connection_actor::signatures;
  using behavior_type = connection_actor::behavior_type;

  connection(caf::actor_config& config, connection_services& services, outbox& out, const handshake& shake);

  const char* name() const override { return "connection"; }

  /// The connection is open. An old client is in the main namespace without asking.
  void start();
  /// One more reference, as its Engine.IO connection holds it.
  application_side_ptr hold();

  // -- called by the Engine.IO connection

  void on_text(std::string_view message) override;
  void on_binary(std::string_view message) override;
  void on_close(close_reason reason) override;

  // -- called by its SESSIONs

  outbox* out() const noexcept override { return out_; }
  event_form form() const noexcept override { return event_form::socketio; }
  std::string_view nsp_of(const session& who) const noexcept override;
  dispatch_lists& lists() const noexcept override { return services_->lists; }
  void on_admitted(const session& who) override;
  void on_refused(const session& who, std::string_view message, std::string_view data) override;
  void on_closed_by_owner(const session& who) override;
  void disconnect_all() override;
  void close(close_reason reason) override;

private:
  using table = socketio::namespace_table<session_actor>;

  void release() noexcept override { caf::intrusive_ptr_release(ctrl()); }
  void receive(caf::type_erased_tuple& what) override;
  void on_exit_request() override { close(close_reason::forced_close); }
  void on_timer() override { close(close_reason::forced_close); }

  void on_result(const result<const socketio::assembled_packet*>& read);
  void on_packet(const socketio::assembled_packet& x);
  void on_old_packet(const socketio::assembled_packet& x);
  void on_disconnect(const socketio::packet& x);
  void on_event(const socketio::assembled_packet& x);
  void join_namespace(std::string_view nsp, std::string_view auth);
  /// Socket.IO 4, over Engine.IO 3.
  bool is_old_client() const noexcept { return shake_.version() == 3; }
  void refuse(std::string_view nsp, std::string_view message, std::string_view data);
  void send(const frame_ptr& packet);
  static session& session_of(const session_actor& x);
  /// Nullptr: it is none of this connection's any more.
  const table::entry* entry_of(const session& who) const noexcept;
  table::entry* entry_of(const session& who) noexcept;

  outbox* out_;
  connection_services* services_;
  packed_handshake shake_;
  socketio::packet_reader reader_;
  table namespaces_;
};

} // namespace arauto
