#include "actors/stream_connection.hpp"

#include "actors/failure.hpp"
#include "net/random_id.hpp"

#include <caf/actor_cast.hpp>

#include <optional>
#include <utility>

namespace arauto {

namespace {

session& session_of(const session_actor& x) {
  return static_cast<session&>(*caf::actor_cast<caf::abstract_actor*>(x));
}

} // namespace

stream_connection::stream_connection(caf::actor_config& config, event_outbox& out, event_form form,
                                     dispatch_lists& lists, std::string_view nsp)
    : light_actor{config}, out_{&out}, form_{form}, lists_{&lists}, nsp_{nsp} {}

application_side_ptr stream_connection::hold() {
  caf::intrusive_ptr_add_ref(ctrl());
  return application_side_ptr{this};
}

void stream_connection::start(gate_pass pass) {
  pass.client_events = nullptr;      // Streams go one way.
  pass.start.is_recoverable = false; // They name the place themselves when they come again.
  session_ = make_light<session, session_actor>(unit(), *this, random_id(session_sid_characters), pass);
  session_of(session_).ask(std::move(pass.ticket));
}

void stream_connection::on_close(close_reason why) {
  contain(name(), [&] {
    out_ = nullptr;
    if (const auto held = std::exchange(session_, nullptr))
      session_of(held).leave_namespace(to_string(why));
    end();
  });
}

void stream_connection::on_refused(const session&, std::string_view message, std::string_view) {
  session_ = nullptr;
  unit().counters().refused_sessions.add();
  if (out_ != nullptr)
    out_->dismiss(message);
}

void stream_connection::on_closed_by_owner(const session&) {
  session_ = nullptr;
  if (out_ != nullptr)
    out_->dismiss("the instance is gone or disabled, or the key was replaced or has expired");
}

void stream_connection::disconnect_all() {
  if (const auto held = session_)
    session_of(held).close();
}

void stream_connection::close(close_reason reason) {
  if (out_ != nullptr)
    out_->close(reason);
}

void stream_connection::receive(caf::type_erased_tuple& what) {
  if (what.match_elements<close_connection>())
    close(close_reason::forced_close);
}

std::variant<application_side_ptr, admission> stream_front::open(event_outbox& out, std::string_view nsp,
                                                                 handshake shake, event_form form) {
  application_side_ptr opened;
  admission no;
  const auto went_well = contain("stream_connection", [&] {
    const auto shared = std::make_shared<const handshake>(std::move(shake));
    auto judged = services_.admission.judge({nsp, {}, shared});
    if (auto* refused = std::get_if<gate_refusal>(&judged)) {
      no.accepted = false;
      no.refusal = std::move(refused->message);
      no.refusal_data = std::move(refused->data);
      no.refusal_status = refused->status;
      return;
    }
    const auto made = make_light<stream_connection, connection_actor>(services_.unit, out, form, services_.lists, nsp);
    auto& side = static_cast<stream_connection&>(*caf::actor_cast<caf::abstract_actor*>(made));
    side.start(std::move(std::get<gate_pass>(judged)));
    opened = side.hold();
  });
  if (!went_well) {
    no.refusal = "Something failed inside; the log of the server has the cause";
    no.refusal_status = 500;
  }
  if (opened)
    return {std::move(opened)};
  return no;
}

} // namespace arauto
