#include "actors/session.hpp"

#include "actors/connection.hpp"
#include "actors/identifiers.hpp"
#include "net/random_id.hpp"
#include "net/socketio/encode.hpp"

#include <caf/actor_cast.hpp>
#include <caf/send.hpp>

#include <algorithm>

namespace arauto {

namespace {

constexpr std::size_t sid_characters = 20;

} // namespace

session::session(caf::actor_config& config, connection& above, dispatch_lists& lists, std::string nsp,
                 event_filter filter, const gate_pass& pass)
    : light_actor{config},
      above_{&above},
      lists_{&lists},
      owner_{pass.owner},
      nsp_{std::move(nsp)},
      sid_{random_id(sid_characters)},
      filter_{pass.limits ? both(std::move(filter), pass.limits->filter) : std::move(filter)},
      expiry_{pass.limits ? std::make_unique<expiry>(*this, pass.limits->expires_at_ms) : nullptr} {}

session_actor session::handle() {
  return caf::actor_cast<session_actor>(this);
}

void session::expiry::on_timer() {
  who.unit().counters().expired_sessions.add();
  who.close();
}

void session::ask(gate_pass pass) {
  join wish{handle(), unit().home().index(), pass.generation, std::move(pass.scope), std::move(pass.claims)};
  std::visit([&](const auto& owner) { caf::anon_send(owner, std::move(wish)); }, owner_);
}

void session::admit(const std::vector<list_key>& lists) {
  if (state_ != state::asking)
    return; // It left in the meantime, and has told its owner.
  state_ = state::joined;
  if (expiry_)
    unit().home().arm(*expiry_, std::chrono::milliseconds{std::max<std::int64_t>(0, expiry_->at_ms - unix_ms())});
  unit().counters().open_sessions.add();
  // First the answer, then the place in the lists: nothing may overtake CONNECT.
  above_->on_admitted(*this);
  for (const auto& x : lists)
    lists_->insert(*this, x);
}

void session::deliver(std::span<const publication_ptr> events, std::span<const frame_ptr> frames) {
  if (filter_.is_open()) {
    if (above_->push(frames))
      unit().counters().deliveries.add(frames.size());
    return;
  }
  thread_local std::vector<frame_ptr> wanted;
  wanted.clear();
  for (std::size_t i = 0; i < events.size(); ++i)
    if (filter_.passes(events[i]->what()))
      wanted.push_back(frames[i]);
  if (!wanted.empty() && above_->push(wanted))
    unit().counters().deliveries.add(wanted.size());
  wanted.clear();
}

void session::deliver_client_event(std::span<const frame_ptr> frames) {
  if (above_->push(frames))
    unit().counters().deliveries.add();
}

void session::drop_connection() {
  if (above_ != nullptr)
    above_->close(close_reason::forced_close);
}

void session::relay(std::shared_ptr<const std::vector<frame_ptr>> frames) {
  if (const auto* owner = std::get_if<instance_actor>(&owner_))
    caf::anon_send(*owner, relay_client_event{handle(), std::move(frames)});
}

void session::leave_namespace() {
  if (state_ == state::over)
    return;
  if (state_ == state::joined)
    unit().counters().open_sessions.subtract();
  state_ = state::over;
  if (expiry_)
    unit().home().disarm(*expiry_);
  lists_->remove(*this);
  std::visit([&](const auto& owner) { caf::anon_send(owner, leave{handle(), unit().home().index()}); }, owner_);
  above_ = nullptr;
  end();
}

void session::receive(caf::type_erased_tuple& what) {
  if (what.match_elements<refuse_session>())
    refuse(what.get_as<refuse_session>(0));
  else if (what.match_elements<close_session>())
    close();
}

void session::refuse(const refuse_session& why) {
  if (state_ != state::asking)
    return;
  auto* above = above_;
  const auto self = handle(); // The connection lets go of it.
  leave_namespace();
  above->on_refused(*this, why.message, why.data);
}

void session::close() {
  if (state_ == state::over)
    return;
  auto* above = above_;
  const auto self = handle();
  leave_namespace();
  above->on_closed_by_owner(*this);
}

} // namespace arauto
