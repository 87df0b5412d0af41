#include "app/server.hpp"

#include "actors/log_reader.hpp"
#include "actors/memory_event_store.hpp"
#include "app/store/event_store.hpp"
#include "app/store/secret_file.hpp"
#include "net/log.hpp"

#include <caf/scoped_actor.hpp>
#include <caf/send.hpp>

#include <algorithm>
#include <array>
#include <future>
#include <thread>
#include <unordered_set>

namespace arauto::app {

namespace {

std::size_t thread_count(const settings& x) {
  return x.io_threads != 0 ? x.io_threads : std::clamp(std::thread::hardware_concurrency(), 1U, 64U);
}

std::string secret_of(const data_directory& data, const char* file, std::string_view what) {
  auto kept = keep_secret(data.path() / file, what);
  if (!kept.error.empty())
    throw std::runtime_error(kept.error);
  for (const auto& x : kept.warnings)
    log(log_level::warn, "server", x);
  return std::move(kept.text);
}

gate_settings gate_settings_of(const settings& x) {
  gate_settings to;
  to.keyless = x.websocket_keyless;
  to.allowed_hosts = x.websocket_allowed_hosts;
  // "*" would open the server to everybody who can reach it.
  std::erase(to.allowed_hosts, "*");
  to.refuse_upgrades = x.websocket_refuse_wrong_key_upgrade;
  to.client_events = x.websocket_client_events;
  to.client_event_bytes_max = x.websocket_client_event_max_bytes;
  to.client_events_per_second = static_cast<std::uint32_t>(x.websocket_client_events_per_second);
  to.namespaces_max = x.websocket_max_namespaces;
  to.global_events = x.websocket_enabled && x.websocket_global_events;
  to.connect_timeout = x.websocket_connect_timeout;
  to.keyless_connect_timeout = x.websocket_keyless_connect_timeout;
  return to;
}

io::engine_settings engine_settings_of(const settings& x) {
  io::engine_settings to;
  to.limits = {x.websocket_ping_interval, x.websocket_ping_timeout, x.websocket_upgrade_timeout,
               x.websocket_max_payload};
  // As recorded (sio-handshake): CORS_CREDENTIALS is about REST; keys of Socket.IO clients are no cookies.
  to.cors = {x.cors_origin, {"GET", "HEAD", "PUT", "PATCH", "POST", "DELETE"}, false};
  to.refuse_foreign_origins = true;
  to.backlog_max = x.websocket_max_backlog;
  to.allow_v3 = x.websocket_eio3;
  return to;
}

std::unique_ptr<event_store> open_kept_events(const settings& x, const data_directory& data,
                                              sqlite_instance_store& instances) {
  auto events = std::make_unique<disk_event_store>(
      data, event_store_settings{x.event_log_max_age, x.event_log_max_bytes, x.event_log_max_disk_percent});
  std::unordered_set<std::string> ids;
  for (const auto& one : instances.load())
    ids.insert(one.id);
  events->erase_all_but(ids);
  return events;
}

std::unique_ptr<event_store> open_events(const settings& x, const data_directory& data,
                                         sqlite_instance_store& instances) {
  switch (x.event_log) {
  case event_log_kind::off:
    break;
  case event_log_kind::memory:
    return std::make_unique<memory_event_store>(x.event_log_max_age, x.event_log_max_bytes);
  case event_log_kind::disk:
    return open_kept_events(x, data, instances);
  }
  return nullptr;
}

/// Without Socket.IO the same limits hold.
io::event_stream_settings stream_settings_of(const io::engine_settings& x) {
  io::event_stream_settings to;
  to.cors = x.cors;
  to.heartbeat = x.limits.ping_interval;
  to.pong_timeout = x.limits.ping_timeout;
  to.backlog_max = x.backlog_max;
  return to;
}

} // namespace

server::server(const settings& values, const std::string& api_key, const data_directory& data,
               const std::vector<passed_socket>& passed)
    : values_{values},
      admission_{gate_settings_of(values)},
      engine_settings_{engine_settings_of(values)},
      stream_settings_{stream_settings_of(engine_settings_)},
      http_settings_{{}, values.http_header_timeout, values.http_keep_alive_timeout, values.http_max_body_total},
      packets_{values.websocket_max_attachments, values.websocket_max_payload},
      store_{data},
      events_{open_events(values, data, store_)},
      recovery_{secret_of(data, "recovery-secret", "secret of session recovery")},
      tls_{values.server_type == server_type::https
               ? std::make_unique<io::tls_context>(values.ssl_conf_privkey, values.ssl_conf_fullchain)
               : nullptr},
      board_{std::make_shared<const directory>(api_key)},
      tokens_{secret_of(data, "browser-token-secret", "secret of browser tokens")},
      relayed_{values.relay_duplicates_max, values.relay_duplicates_window},
      shared_{values_,          board_,         answers_, engines_,    admission_, engine_settings_,
              stream_settings_, http_settings_, packets_, body_bytes_, tokens_,    relayed_} {
  // The pool runs the registry and CAF's own helpers; everything hot is placed on I/O units.
  config_.set("scheduler.policy", caf::atom("sharing")); // One that steals looks for work a hundred times a second.
  config_.set("scheduler.max-threads", std::size_t{1});
  config_.set("scheduler.max-throughput", std::size_t{64});
  system_ = std::make_unique<caf::actor_system>(config_);
  make_threads();
  make_actors();
  std::vector<io::listener::target> targets;
  for (auto& x : threads_)
    targets.push_back({&x->home, &*x->http});
  try {
    door_ = std::make_unique<front_door>(values_, passed, std::move(targets), tls_.get());
  } catch (...) {
    stop();
    throw;
  }
}

server::~server() {
  stop();
}

void server::make_threads() {
  const auto count = thread_count(values_);
  for (std::size_t i = 0; i < count; ++i) {
    threads_.push_back(std::make_unique<io_thread>(static_cast<std::uint16_t>(i), *system_, shared_));
    answers_.add(threads_.back()->home, threads_.back()->peers);
  }
}

void server::make_actors() {
  std::vector<hub_actor> hubs;
  std::vector<intake_actor> intakes;
  std::vector<io_unit*> units;
  std::vector<const io_counters*> counters;
  for (auto& x : threads_) {
    hubs.push_back(x->hub);
    intakes.push_back(x->intake);
    units.push_back(&x->unit);
    counters.push_back(&x->counters);
  }
  auto& first = threads_.front()->unit;
  broadcaster_ = spawn_on<broadcaster_actor, broadcaster_state>(
      first, broadcaster, hubs, &board_, values_.websocket_enabled && values_.websocket_global_events,
      events_ ? events_->last() : 0);
  log_ = make_log(intakes);
  const envelope_settings envelope{values_.server_url.value_or(""),
                                   values_.event_date_time == event_date_time_form::utc ? date_time_form::utc
                                                                                        : date_time_form::evolution,
                                   values_.authentication_expose_in_fetch_instances, values_.event_offset_member};
  if (events_)
    reader_ = system_->spawn<caf::detached>(log_reader, events_.get(), find_emitter_in(board_, envelope));
  auto instances = std::make_shared<const instance_services>(
      instance_services{std::move(hubs), log_, std::move(intakes), envelope, events_ ? &log_board_ : nullptr});
  const auto loaded = std::make_shared<std::promise<void>>();
  registry_ =
      system_->spawn(registry, registry_services{&store_, &board_, std::move(units), broadcaster_, std::move(instances),
                                                 values_.instances_max, values_.instance_tokens_may_repeat, loaded});
  for (auto& x : threads_) {
    x->complete(shared_, broadcaster_, registry_, counters, log_of_gates());
    engines_.push_back(&*x->engine);
  }
  for (auto& x : threads_)
    x->start();
  try {
    loaded->get_future().get();
  } catch (...) {
    stop();
    throw;
  }
  if (values_.demo)
    make_demo();
}

std::optional<log_access> server::log_of_gates() const {
  if (!events_)
    return std::nullopt;
  static constexpr std::array modes{recovery_mode::automatic, recovery_mode::on, recovery_mode::off};
  return log_access{reader_, &log_board_, &recovery_, modes.at(static_cast<std::size_t>(values_.websocket_recovery))};
}

event_log_actor server::make_log(const std::vector<intake_actor>& intakes) {
  if (!events_)
    return spawn_on<event_log_actor, memoryless_log_state>(threads_.front()->unit, memoryless_log, broadcaster_,
                                                           intakes);
  log_board_.note_commit(events_->last(), events_->extent());
  // The store blocks, so it has a thread of its own.
  stored_log_ =
      system_->spawn<caf::detached>(stored_log, stored_log_services{events_.get(), broadcaster_, intakes, &log_board_});
  return stored_log_;
}

void server::make_demo() {
  create_instance wish;
  wish.record.name = "demo";
  wish.record.integration = "SYNTHETIC";
  wish.record.connection_status = "open";
  websocket_row row;
  row.enabled = true;
  for (std::size_t i = 0; i < selectable_events; ++i)
    row.events.emplace_back(known_event_at(static_cast<catalogue_index>(i)).config_name);
  wish.record.websocket = std::move(row);
  // Awaited, so that its namespace is there before the first client. Refused when it is there already: as good.
  caf::scoped_actor self{*system_};
  self->request(registry_, caf::infinite, std::move(wish))
      .receive([](const instance_answer&) {}, [](const caf::error&) {});
}

void server::start() {
  threads_.front()->home.post([this] { door_->open(); });
  life_.serve();
}

void server::watch(std::chrono::microseconds interval, std::function<void()> alive) {
  std::vector<life_sign> signs;
  for (auto& x : threads_)
    signs.emplace_back([home = &x->home](life_sign::answer answer) { home->post(std::move(answer)); });
  if (stored_log_)
    signs.emplace_back(
        [log = stored_log_](life_sign::answer answer) { caf::anon_send(log, pulse{std::move(answer)}); });
  watchdog_ = std::make_unique<watchdog>(interval, std::move(signs), std::move(alive));
}

} // namespace arauto::app
