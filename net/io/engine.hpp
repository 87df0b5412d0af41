#pragma once

#include "net/io/engine_settings.hpp"
#include "net/io/http_peer.hpp"

#include <boost/unordered/unordered_flat_set.hpp>

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace arauto::io {

class engine;
class engine_connection;
struct engine_opening;

/// The engines of all I/O threads, by index: whose a sid is.
using engine_set = std::vector<engine*>;

/// What the engine of one I/O thread stands on.
struct engine_services {
  io_loop& home;
  /// Filled before the first thread runs.
  const engine_set& all;
  application& above;
  thread_responder& answers;
  peer_table& peers;
  io_counters& counters;
  const engine_settings& settings;
};

/// Engine.IO on one I/O thread: requests and upgrades for its connections. The first character of a sid names the
/// thread that owns the connection; a polling exchange that arrived elsewhere is handed over, and at an upgrade the
/// socket moves. What is handed over travels by posting, so it stays in order. I/O thread only. Bounded by the number
/// of sockets for WebSocket; a connection on polling ends when nobody asks for it.
class engine final : public upgrade_handler {
public:
  explicit engine(const engine_services& services);
  ~engine() override;

  /// Whether this path is the engine's.
  bool owns(std::string_view path) const noexcept { return path.starts_with(services_.settings.path); }

  /// A plain request that `owns` said is ours; must not throw.
  void handle(http::request what, reply_slot where);
  /// Its head, when the body is not there yet (`http::request_handler::begin`).
  bool begin(const http::request& head, reply_slot where);
  /// Its body passed the limit.
  void overflow(const http::request& head, reply_slot where);

  bool wants(const http::request& what) override;
  void upgrade(http::request what, std::shared_ptr<frame_stream> stream) override;

  /// The server goes down: every connection ends with an Engine.IO close, so clients reconnect.
  void close_all();
  std::size_t size() const noexcept { return connections_.size(); }
  /// Those that are here now, for who lets them go one by one.
  std::vector<std::weak_ptr<engine_connection>> all() const { return {connections_.begin(), connections_.end()}; }

  const engine_services& services() const noexcept { return services_; }
  void forget(std::string_view sid);
  /// Forgets a connection once every GET of it that came before its end was handed over: its socket may be read a
  /// moment later, and on another thread.
  void depart(std::string_view sid);
  /// Answers the POST that ended a connection, behind such GETs.
  void respond_settled(reply_slot where, http::response answer);

private:
  using parameters = engineio::request_parameters;
  /// What the owner of a connection does with an exchange of it.
  using step = void (engine::*)(const http::request& what, const parameters& asked, reply_slot where);

  static constexpr std::string_view foreign_origin = "Origin not allowed: CORS_ORIGIN does not list it";
  /// A page may not read our answers, and the settings keep such pages out; also from sessions that are there.
  bool is_foreign(const http::request& what) const noexcept;
  bool refuse_unfit(const http::request& what, const parameters& asked, reply_slot where);
  void refuse(const http::request& what, reply_slot where, engineio::request_error code, std::string_view text = {});
  /// Does it here, or on the thread of the owner.
  void hand_over(engine& owner, step next, http::request what, const parameters& asked, reply_slot where);
  void settle(std::size_t thread, int rounds, std::function<void()> then);
  void watch(engine& owner, const std::string& sid, reply_slot where);
  /// The connection of a request, or nullptr when the request was refused.
  std::shared_ptr<engine_connection> find_for(const http::request& what, const parameters& asked, reply_slot where);
  void handle_owned(const http::request& what, const parameters& asked, reply_slot where);
  void handle_settled_get(const http::request& what, const parameters& asked, reply_slot where);
  void begin_owned(const http::request& head, const parameters& asked, reply_slot where);
  void overflow_owned(const http::request& head, const parameters& asked, reply_slot where);
  void open_polling(const http::request& what, const parameters& asked, reply_slot where);

  void open_websocket(const http::request& what, const parameters& asked, std::shared_ptr<frame_stream> stream);
  void upgrade_owned(const http::request& what, const parameters& asked, std::shared_ptr<frame_stream> stream);
  void move_upgrade(http::request what, parameters asked, engine& owner, std::shared_ptr<frame_stream> stream);

  /// Everything about a new connection that its request says and the application answers.
  engine_opening judge(const http::request& what, const parameters& asked, bool is_websocket);
  std::shared_ptr<engine_connection> make(const engine_opening& what);
  std::shared_ptr<engine_connection> find(std::string_view sid) const;
  /// The engine that a sid names, or nullptr.
  engine* owner_of(std::string_view sid) const noexcept;

  engine_services services_;
  /// Finds a connection by the sid that it holds itself.
  struct by_sid {
    using is_transparent = void;
    using pointer = std::shared_ptr<engine_connection>;
    std::size_t operator()(std::string_view sid) const noexcept { return std::hash<std::string_view>{}(sid); }
    std::size_t operator()(const pointer& x) const noexcept { return (*this)(text(x)); }
    bool operator()(const auto& a, const auto& b) const noexcept { return text(a) == text(b); }
    static std::string_view text(std::string_view sid) noexcept { return sid; }
    static std::string_view text(const pointer& x) noexcept;
  };
  boost::unordered_flat_set<std::shared_ptr<engine_connection>, by_sid, by_sid> connections_;
};

} // namespace arauto::io
