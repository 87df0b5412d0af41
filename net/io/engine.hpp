#pragma once

#include "net/engineio/handshake.hpp"
#include "net/http/cors.hpp"
#include "net/io/http_peer.hpp"

#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace arauto::io {

class engine;
class engine_connection;

struct engine_settings {
  engineio::limits limits;
  http::cors_policy cors;
  /// Where the engine answers, with both slashes.
  std::string path = "/socket.io/";
  /// Bound on the frames that wait for one connection, in bytes; an empty queue takes one frame of any size.
  std::size_t backlog_max = 1048576;
};

/// The engines of all I/O threads, by index: whose a sid is.
using engine_set = std::vector<engine*>;

/// What the engine of one I/O thread stands on.
struct engine_services {
  io_loop& home;
  /// Filled before the first thread runs.
  const engine_set& all;
  application& above;
  http::responder& answers;
  peer_table& peers;
  io_counters& counters;
  const engine_settings& settings;
};

/// Engine.IO on one I/O thread: requests and upgrades for its connections. The first character of a sid names the
/// thread that owns the connection; a polling exchange that arrived elsewhere is handed over, and at an upgrade the
/// socket moves. I/O thread only. Bounded by the number of sockets for WebSocket, by `connections_max` for polling.
class engine final : public upgrade_handler {
public:
  explicit engine(const engine_services& services);
  ~engine() override;

  /// Whether this path is the engine's.
  bool owns(std::string_view path) const noexcept { return path.starts_with(services_.settings.path); }

  /// A plain request that `owns` said is ours; must not throw.
  void handle(http::request what, reply_slot where);

  bool wants(const http::request& what) override;
  void upgrade(http::request what, std::shared_ptr<frame_stream> stream) override;

  /// The server goes down: every connection ends with an Engine.IO close, so clients reconnect.
  void close_all();
  std::size_t size() const noexcept { return connections_.size(); }

  const engine_services& services() const noexcept { return services_; }
  void forget(const std::string& sid);

private:
  using parameters = engineio::request_parameters;

  void refuse_unfit(const http::request& what, const parameters& asked, reply_slot where,
                    engineio::request_error error);
  void handle_owned(const http::request& what, const parameters& asked, reply_slot where);
  void open_polling(const http::request& what, const parameters& asked, reply_slot where);
  void open_websocket(const http::request& what, const parameters& asked, std::shared_ptr<frame_stream> stream);
  void upgrade_owned(const http::request& what, const parameters& asked, std::shared_ptr<frame_stream> stream);
  void move_upgrade(http::request what, parameters asked, engine& owner, std::shared_ptr<frame_stream> stream);
  void refuse(const http::request& what, reply_slot where, engineio::request_error code, std::string_view text = {});
  std::shared_ptr<engine_connection> make(engineio::transport first, std::size_t max_payload);
  std::shared_ptr<engine_connection> find(std::string_view sid) const;
  /// The engine that a sid names, or nullptr.
  engine* owner_of(std::string_view sid) const noexcept;

  engine_services services_;
  std::unordered_map<std::string, std::shared_ptr<engine_connection>> connections_;
};

/// An answer with the CORS fields of the engine.
http::response engine_answer(unsigned status, const engine_settings& settings, const http::request& asked);

/// A polling answer to a GET: CORS, content type, no caching.
http::response polling_answer(const engine_settings& settings, const http::request& asked, std::string body);

} // namespace arauto::io
