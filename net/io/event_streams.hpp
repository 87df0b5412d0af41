#pragma once

#include "net/http/cors.hpp"
#include "net/io/http_peer.hpp"

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace arauto::io {

class event_stream;

struct event_stream_settings {
  http::cors_policy cors;
  /// Time between two heartbeats: a comment of SSE, a ping of WebSocket.
  std::chrono::milliseconds heartbeat{25000};
  /// Time that a WebSocket client has for its pong.
  std::chrono::milliseconds pong_timeout{20000};
  /// Bound on the frames that wait for one client, in bytes; an empty queue takes one push of any size.
  std::size_t backlog_max = 1048576;
  /// Largest message that a client may send; nothing hears it.
  std::size_t message_max = 16384;
};

/// What the event streams of one I/O thread stand on.
struct event_stream_services {
  io_loop& home;
  stream_application& above;
  io_counters& counters;
  const event_stream_settings& settings;
};

/// `GET /events/ws[/:instance]` and `GET /events/sse[/:instance]` on one I/O thread: events for clients without
/// Socket.IO. Owns the streams. That thread only. Bounded by the number of sockets.
class event_streams final {
public:
  explicit event_streams(const event_stream_services& services);
  ~event_streams();

  /// Whether a request to upgrade is for one of our WebSockets.
  static bool wants_upgrade(const http::request& what) noexcept;
  /// Whether a plain request is for server-sent events.
  static bool takes_over(const http::request& what) noexcept;

  /// Takes a socket that one of both said is ours; must not throw.
  void open(const http::request& what, std::shared_ptr<frame_stream> stream);

  /// The server goes down: every client may come again.
  void close_all();
  /// Those that are here now, for who lets them go one by one.
  std::vector<std::weak_ptr<event_stream>> all() const { return {streams_.begin(), streams_.end()}; }
  void forget(event_stream& x);
  const event_stream_services& services() const noexcept { return services_; }

private:
  event_stream_services services_;
  std::unordered_set<std::shared_ptr<event_stream>> streams_;
};

} // namespace arauto::io
