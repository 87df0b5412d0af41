#include "tests/conformance/server.hpp"

#include "net/io/last_words.hpp"

#include <caf/exit_reason.hpp>
#include <caf/send.hpp>

#include <future>

namespace arauto::conformance {

namespace {

/// Connections of one server under test; far below the descriptor limit.
constexpr std::size_t sockets_max = 19000;
/// How long connections may take to end before threads are stopped under them: all of them have their own time limit.
constexpr auto drain_time = io::close_timeout + std::chrono::seconds{2};

io::engine_settings engine_settings_of(const options& x, std::string path) {
  io::engine_settings to;
  to.limits = {x.ping_interval, x.ping_timeout, x.upgrade_timeout, x.max_payload};
  to.cors = x.cors;
  to.path = std::move(path);
  to.allow_v3 = x.eio3;
  to.keep_fields = true;
  if (!x.cookie.empty())
    to.cookie.emplace().name = x.cookie;
  return to;
}

} // namespace

server::server(const options& wish)
    : options_{wish},
      socket_settings_{engine_settings_of(wish, "/socket.io/")},
      echo_settings_{engine_settings_of(wish, "/engine.io/")} {
  config_.set("scheduler.max-threads", std::size_t{1});
  system_ = std::make_unique<caf::actor_system>(config_);
  std::vector<hub_actor> hubs;
  for (std::size_t i = 0; i < wish.io_threads; ++i) {
    auto& x = *threads_.emplace_back(std::make_unique<io_thread>(static_cast<std::uint16_t>(i), *system_));
    answers_.add(x.home, x.peers);
    hubs.push_back(x.hub);
  }
  // On a thread of its own when there is one: what crosses threads is tested, too.
  namespaces_ = std::make_unique<namespaces>(wish.profile, wish.recovery, std::move(hubs), threads_.back()->unit);
  for (auto& x : threads_)
    complete(*x);
  std::vector<io::listener::target> targets;
  for (auto& x : threads_)
    targets.push_back({&x->home, &*x->http});
  for (const auto& host : wish.hosts)
    listeners_.push_back(std::make_unique<io::listener>(
        host, listeners_.empty() ? wish.port : listeners_.front()->port(), targets, nullptr, sockets_max));
}

server::~server() = default;

void server::complete(io_thread& x) {
  x.gate.emplace(options_, *namespaces_);
  x.sockets.emplace(connection_services{x.unit, *x.gate, x.lists, packets_});
  x.raw.emplace(echo_rules{options_.profile == profile::d, options_.forbid});
  x.socket_engine.emplace(
      io::engine_services{x.home, socket_engines_, *x.sockets, answers_, x.peers, x.counters, socket_settings_});
  x.echo_engine.emplace(
      io::engine_services{x.home, echo_engines_, *x.raw, answers_, x.peers, x.counters, echo_settings_});
  socket_engines_.push_back(&*x.socket_engine);
  echo_engines_.push_back(&*x.echo_engine);
  x.routes.emplace(x.home, std::vector<io::engine*>{&*x.socket_engine, &*x.echo_engine}, answers_,
                   options_.handshake_delay);
  x.http.emplace(io::http_services{x.home, x.peers, *x.routes, *x.routes, x.counters, http_settings_, body_bytes_});
}

void server::start() {
  for (auto& x : threads_)
    x->thread = std::thread{[loop = &x->home] { loop->run(); }};
  threads_.front()->home.post([this] {
    for (auto& x : listeners_)
      x->start();
  });
}

std::size_t server::open_sockets() const {
  std::size_t sum = 0;
  for (const auto& x : threads_)
    sum += x->counters.open_sockets.get();
  return sum;
}

void server::stop() {
  threads_.front()->home.post([this] {
    for (auto& x : listeners_)
      x->stop();
  });
  for (auto& x : threads_)
    x->home.post([part = x.get()] {
      part->socket_engine->close_all();
      part->echo_engine->close_all();
      part->peers.close_all();
    });
  const auto until = std::chrono::steady_clock::now() + drain_time;
  while (open_sockets() > 0 && std::chrono::steady_clock::now() < until)
    std::this_thread::sleep_for(std::chrono::milliseconds{5});
  namespaces_->end();
  for (auto& x : threads_)
    caf::anon_send_exit(x->hub, caf::exit_reason::user_shutdown);
  system_->await_all_actors_done();
  for (auto& x : threads_)
    x->home.stop();
  for (auto& x : threads_)
    x->thread.join();
  listeners_.clear();
  threads_.clear();
  system_.reset();
}

} // namespace arauto::conformance
