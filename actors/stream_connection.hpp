#pragma once

#include "actors/connection.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace arauto {

/// One client of the event streams: what a CONNECTION is for Socket.IO, with one SESSION. Held by its event stream
/// until that closes. Light actor, I/O thread only.
class stream_connection final : public light_actor, public application_side, public session_carrier {
public:
  using signatures = connection_actor::signatures;
  using behavior_type = connection_actor::behavior_type;

  stream_connection(caf::actor_config& config, event_outbox& out, event_form form, dispatch_lists& lists,
                    std::string_view nsp);

  const char* name() const override { return "stream_connection"; }

  /// One more reference, as its event stream holds it.
  application_side_ptr hold();
  /// Asks the owner of the namespace. Once, before anything else.
  void start(gate_pass pass);

  // -- called by the event stream

  void on_text(std::string_view) override {}
  void on_binary(std::string_view) override {}
  void on_close(close_reason why) override;

  // -- called by its SESSION

  outbox* out() const noexcept override { return out_; }
  event_form form() const noexcept override { return form_; }
  std::string_view nsp_of(const session&) const noexcept override { return nsp_; }
  dispatch_lists& lists() const noexcept override { return *lists_; }
  void on_admitted(const session&) override {}
  void on_refused(const session& who, std::string_view message, std::string_view data) override;
  void on_closed_by_owner(const session& who) override;
  void disconnect_all() override;
  void close(close_reason reason) override;

private:
  void release() noexcept override { caf::intrusive_ptr_release(ctrl()); }
  void receive(caf::type_erased_tuple& what) override;
  void on_exit_request() override { close(close_reason::forced_close); }

  event_outbox* out_;
  event_form form_;
  dispatch_lists* lists_;
  std::string nsp_;
  session_actor session_;
};

/// What stands on the event streams of one I/O thread: judges requests and makes a STREAM CONNECTION for each. That
/// thread only.
class stream_front final : public stream_application {
public:
  explicit stream_front(connection_services services) : services_{services} {}

  std::variant<application_side_ptr, admission> open(event_outbox& out, std::string_view nsp, handshake shake,
                                                     event_form form) override;

private:
  connection_services services_;
};

} // namespace arauto
