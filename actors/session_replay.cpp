// What a SESSION reads from the log: what its client missed, and what it was too slow for.
#include "actors/identifiers.hpp"
#include "actors/log_gate.hpp"
#include "actors/session.hpp"
#include "net/random_id.hpp"

#include <caf/send.hpp>

#include <algorithm>

namespace arauto {

namespace {

/// Time between two looks whether a client has room again.
constexpr std::chrono::milliseconds look_interval{20};
/// A client that takes nothing for so long is closed; it comes again.
constexpr std::int64_t stuck_ms = 30000;

} // namespace

session::lane session::live_lane() const noexcept {
  return lane_filter() != nullptr ? lane::filtered : lane::live;
}

// -- the beginning

void session::begin_at(event_sequence joined) {
  place_.sequence = joined;
  if (log_ != nullptr)
    place_ = log_->board->current().extent->at(joined);
  if (start() == nullptr || !start()->place)
    return begin_anew();
  // Only when the first page is here it is sure that nothing is missing, and CONNECT can say so.
  place_ = *start()->place;
  behind_ = std::make_unique<catch_up>(*this);
  behind_->is_before_connect = true;
  behind_->newest = joined;
  lane_ = lane::log;
  read_on();
}

/// A new session, from now on.
void session::begin_anew() {
  if (auto* x = start(); x != nullptr && x->is_recoverable)
    x->pid = x->signer->sign({std::string{sid()}, x->stamp, place_, x->inherited});
  connect();
}

void session::connect() {
  above_->on_admitted(*this);
  if (const auto* x = start()) {
    if (x->has_come_back)
      (x->resumed ? unit().counters().recovered_sessions : unit().counters().unrecovered_sessions).add();
    rare_->start.reset();
    if (rare_->is_empty())
      rare_.reset();
  }
}

// -- reading

void session::fall_behind(event_sequence newest) {
  if (log_ == nullptr)
    return above_->close(close_reason::transport_error);
  unit().counters().fallen_behind.add();
  behind_ = std::make_unique<catch_up>(*this);
  behind_->newest = newest;
  behind_->backlog = backlog();
  behind_->moved_ms = unit().home().now_ms();
  lane_ = lane::log;
  unit().home().arm(*behind_, look_interval);
}

void session::read_on() {
  event_query x;
  x.after = place_.sequence;
  if (instances_)
    x.instances = *instances_;
  x.bytes_max = page_bytes;
  behind_->is_asking = true;
  caf::anon_send(log_->reader, read_events{handle(), std::move(x)});
}

/// Time to look whether there is room for a page.
void session::go_on_reading() {
  const auto waiting = backlog();
  const auto now = unit().home().now_ms();
  if (waiting != behind_->backlog) {
    behind_->backlog = waiting;
    behind_->moved_ms = now;
  }
  if (waiting != 0 && now - behind_->moved_ms > stuck_ms)
    return above_->close(close_reason::transport_error);
  if (waiting <= behind_->room_at)
    return read_on();
  unit().home().arm(*behind_, look_interval);
}

/// Whether everything behind its place is still there.
bool session::is_whole() const {
  return oldest_place(*log_->board->current().extent, instances_.get()) <= place_.sequence;
}

bool session::is_for_it(const event& x) const {
  return (x.is_selected || !is_selected_only_) && passes(x);
}

/// Whether the log does not have what one of its events says.
bool session::lacks_some(const event_page& x) const {
  return std::any_of(x.events.begin(), x.events.end(),
                     [this](const stored_event& one) { return one.is_gap() && is_for_it(*one.what); });
}

void session::take(const events_read& x) {
  if (state_ != state::joined || !behind_ || !std::exchange(behind_->is_asking, false))
    return;
  if (!x.page || !is_whole() || lacks_some(*x.page)) {
    // Never half: before CONNECT it can be a new session; later the client has to come again to learn of the gap.
    if (!behind_->is_before_connect)
      return above_->close(close_reason::transport_error);
    if (!start()->resumed)
      return refuse_beginning(x);
    start()->inherited = start()->place->sequence;
    start()->resumed.reset();
    // What the HUB brought meanwhile was before this session.
    place_ = log_->board->current().extent->at(behind_->newest);
    rare_->joined_sid = sid();
    set_sid(random_id(sid_.size()));
    become_live();
    return begin_anew();
  }
  if (std::exchange(behind_->is_before_connect, false))
    start()->resumed || !start()->is_recoverable ? connect() : begin_anew();
  send_page(*x.page);
}

void session::send_page(const event_page& x) {
  std::vector<frame_ptr> frames;
  for (const auto& one : x.events)
    if (!one.is_gap() && is_for_it(*one.what))
      frames.push_back(encode(*one.what, above_->nsp_of(*this), form_));
  const auto result = frames.empty() ? push_result::accepted : offer(frames);
  if (result == push_result::over_high_water) { // Read again when there is room.
    behind_->room_at = backlog() / 2;
    unit().home().arm(*behind_, look_interval);
  }
  if (result != push_result::accepted)
    return;
  unit().counters().deliveries.add(frames.size());
  unit().counters().replayed_events.add(frames.size());
  place_ = log_->board->current().extent->at(x.through);
  if (x.is_end && behind_->newest <= place_.sequence)
    return become_live();
  behind_->room_at = page_bytes;
  behind_->moved_ms = unit().home().now_ms();
  go_on_reading();
}

/// The events that it wanted went while it was let in, or cannot be read.
void session::refuse_beginning(const events_read& x) {
  auto* above = above_;
  const auto self = handle(); // Its carrier lets go of it.
  const auto now = log_->board->current().extent;
  const auto refusal = x.page ? refuse_place(now->at(oldest_place(*now, instances_.get()))) : refuse_reading(x.failure);
  leave_namespace("server namespace disconnect");
  above->on_refused(*this, refusal.message, refusal.data);
}

void session::become_live() {
  behind_.reset();
  lane_ = live_lane();
}

} // namespace arauto
