#include "net/io/client_release.hpp"

#include "net/io/engine_connection.hpp"
#include "net/io/event_stream.hpp"

#include <algorithm>

namespace arauto::io {

namespace {

/// How often clients are let go. More often than this nobody would notice.
constexpr std::chrono::milliseconds step{20};

} // namespace

void client_release::begin(const engine& connections, const event_streams& streams, std::chrono::milliseconds over) {
  connections_ = connections.all();
  streams_ = streams.all();
  over_ = over;
  began_ms_ = home_.now_ms();
  on_timer();
}

void client_release::on_timer() {
  const auto count = connections_.size() + streams_.size();
  const auto passed = static_cast<std::size_t>(home_.now_ms() - began_ms_);
  const auto due = std::min(count, passed * count / static_cast<std::size_t>(over_.count()) + 1);
  for (; gone_ < due; ++gone_) {
    if (gone_ < connections_.size()) {
      if (const auto x = connections_[gone_].lock())
        x->close(close_reason::forced_close);
    } else if (const auto x = streams_[gone_ - connections_.size()].lock()) {
      x->close(close_reason::forced_close);
    }
  }
  if (gone_ < count)
    home_.arm(*this, step);
}

} // namespace arauto::io
