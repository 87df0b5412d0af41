#include "bench/loadgen/heartbeat.hpp"

#include <algorithm>
#include <charconv>

namespace arauto::loadgen {

namespace {

/// A number of milliseconds behind `"name":`; 0 when there is none.
nanos milliseconds_of(std::string_view packet, std::string_view name) noexcept {
  const auto at = packet.find(name);
  if (at == std::string_view::npos)
    return 0;
  const auto digits = packet.substr(at + name.size());
  std::int64_t milliseconds = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), milliseconds);
  return from_milliseconds(milliseconds);
}

std::uint64_t lateness(nanos at, nanos due) noexcept {
  return static_cast<std::uint64_t>(std::max<nanos>(at - due, 0));
}

} // namespace

void heartbeat::on_open(std::string_view open_packet, nanos at, heartbeat_tally& count) {
  if (count.interval == 0) {
    count.interval = milliseconds_of(open_packet, "\"pingInterval\":");
    count.timeout = milliseconds_of(open_packet, "\"pingTimeout\":");
  }
  due_ = at + count.interval;
  if (is_silent_)
    ++count.silent;
}

bool heartbeat::on_ping(nanos at, heartbeat_tally& count) {
  ++count.pings;
  count.ping_late_ns.add(lateness(at, due_));
  if (follows_pong_)
    count.ping_early = std::max(count.ping_early, due_ - at);
  if (!is_silent_)
    return true;
  awaits_end_ = true;
  due_ = at + count.timeout;
  return false;
}

bool heartbeat::on_end(nanos at, heartbeat_tally& count) {
  if (!awaits_end_)
    return false;
  ++count.timeouts;
  count.timeout_late_ns.add(lateness(at, due_));
  return true;
}

} // namespace arauto::loadgen
