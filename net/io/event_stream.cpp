#include "net/io/event_stream.hpp"

#include <utility>

namespace arauto::io {

event_stream::event_stream(event_streams& owner) : owner_{&owner} {}

event_stream::~event_stream() {
  services().home.forget(*this);
}

std::optional<admission> event_stream::begin(const handshake& shake, std::string_view name, event_form form) {
  auto opened = services().above.open(*this, "/" + std::string{name}, shake, form);
  if (auto* refused = std::get_if<admission>(&opened)) {
    services().counters.refused_streams.add();
    return std::move(*refused);
  }
  above_ = std::get<application_side_ptr>(std::move(opened));
  services().counters.open_streams.add();
  services().home.arm(*this, services().settings.heartbeat);
  return std::nullopt;
}

bool event_stream::is_full(std::size_t more) const noexcept {
  return !queue_.empty() && queue_.bytes() + more > services().settings.backlog_max;
}

push_result event_stream::push(const frame_batch& what) {
  if (closing_ || is_over_)
    return push_result::closed;
  std::size_t bytes = 0;
  for (const auto& x : what.packets)
    bytes += x->websocket().size();
  if (is_full(bytes))
    flush();
  if (is_full(bytes)) {
    services().counters.backlog_overflows.add();
    return push_result::over_high_water;
  }
  for (const auto& x : what.packets) // Not runs: whether a client is stuck shows in its first waiting frame.
    queue_.push(x);
  wake();
  return push_result::accepted;
}

void event_stream::close(close_reason reason) {
  if (closing_ || is_over_)
    return;
  closing_ = farewell{reason, {}};
  services().home.at_flush(*this);
}

void event_stream::dismiss(std::string_view reason) {
  if (is_over_)
    return;
  closing_ = farewell{close_reason::forced_close, std::string{reason}};
  services().home.at_flush(*this);
}

void event_stream::at_turn_end() {
  if (!closing_ || is_over_)
    return;
  const auto self = shared_from_this();
  flush();
  if (is_over_) // The flush has found the client gone.
    return;
  leave(*closing_);
  lose(closing_->why);
}

void event_stream::lose(close_reason why) {
  if (std::exchange(is_over_, true))
    return;
  const auto self = shared_from_this();
  services().home.disarm(*this);
  if (const auto above = std::exchange(above_, nullptr)) {
    services().counters.open_streams.subtract();
    above->on_close(why);
  }
  queue_.clear();
  owner_->forget(*this);
}

/// A client that has not taken the first waiting frame since the last heartbeat is as good as gone.
void event_stream::on_timer() {
  if (!queue_.empty() && queue_.at(0) == stuck_)
    return close(close_reason::ping_timeout);
  beat();
  stuck_ = queue_.empty() ? nullptr : queue_.at(0);
  services().home.arm(*this, services().settings.heartbeat);
}

} // namespace arauto::io
