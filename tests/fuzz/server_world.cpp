#include "tests/fuzz/server_world.hpp"

#include "actors/broadcaster.hpp"
#include "actors/catalogue.hpp"
#include "actors/log_reader.hpp"
#include "actors/stored_log.hpp"
#include "net/io/http_peer.hpp"

#include <caf/exit_reason.hpp>
#include <caf/send.hpp>

namespace arauto::fuzz {

namespace {

instance_record record_of(const std::string& name) {
  instance_record x;
  x.id = "id-of-" + name;
  x.name = name;
  x.token = "token-of-" + name;
  x.integration = "EVOLUTION";
  websocket_row row{"row", true, {}, 0, 0};
  for (std::size_t i = 0; i < selectable_events; ++i)
    row.events.emplace_back(known_event_at(static_cast<catalogue_index>(i)).config_name);
  x.websocket = std::move(row);
  return x;
}

/// All that can be switched on is on.
app::settings everything_on() {
  app::settings x;
  x.authentication_api_key = server_world::global_key;
  x.websocket_global_events = x.websocket_client_events = x.websocket_eio3 = x.prometheus_metrics = true;
  x.relay_auto_create = true;
  x.websocket_max_payload = 20000;
  x.http_max_body = 20000;
  return x;
}

} // namespace

server_world::rows::rows() {
  for (const auto* name : {own_name, other_name})
    keep(record_of(name));
}

std::vector<instance_record> server_world::rows::load() {
  std::vector<instance_record> all;
  for (const auto& [id, x] : by_id_)
    all.push_back(x);
  return all;
}

instance_store::failure server_world::rows::keep(const instance_record& x) {
  by_id_[x.id] = x;
  return {};
}

instance_store::failure server_world::rows::remove(const std::string& id) {
  by_id_.erase(id);
  return {};
}

server_world::server_world()
    : values_{everything_on()}, shared_{values_,    board_,           answers_,         engines_,
                                        admission_, engine_settings_, stream_settings_, http_settings_,
                                        packets_,   body_bytes_,      tokens_,          relayed_} {
  admission_.client_events = true;
  engine_settings_.allow_v3 = true;
  engine_settings_.limits.max_payload = values_.websocket_max_payload;
  engine_settings_.cors = {{"*"}, {"GET", "POST"}, false};
  stream_settings_.cors = engine_settings_.cors;
  thread_ = std::make_unique<app::io_thread>(std::uint16_t{0}, system_, shared_);
  answers_.add(thread_->home, thread_->peers);
  make_actors();
}

server_world::~server_world() {
  broadcaster_ = nullptr;
  log_ = nullptr;
  reader_ = nullptr;
  registry_ = nullptr;
  thread_.reset();
}

caf::scheduler::test_coordinator& server_world::pool() {
  return dynamic_cast<caf::scheduler::test_coordinator&>(system_.scheduler());
}

void server_world::make_actors() {
  auto& unit = thread_->unit;
  const std::vector<hub_actor> hubs{thread_->hub};
  const std::vector<intake_actor> intakes{thread_->intake};
  broadcaster_ = spawn_on<broadcaster_actor, broadcaster_state>(unit, broadcaster, hubs, &board_, true, events_.last());
  log_board_.note_commit(events_.last(), events_.extent());
  log_ = system_.spawn(stored_log, stored_log_services{&events_, broadcaster_, intakes, &log_board_});
  const envelope_settings envelope{"", date_time_form::utc, false, true};
  reader_ = system_.spawn(log_reader, &events_, find_emitter_in(board_, envelope));
  auto instances =
      std::make_shared<const instance_services>(instance_services{hubs, log_, intakes, envelope, &log_board_});
  registry_ = system_.spawn(registry, registry_services{&store_,
                                                        &board_,
                                                        {&unit},
                                                        broadcaster_,
                                                        std::move(instances),
                                                        10,
                                                        false,
                                                        std::make_shared<std::promise<void>>()});
  thread_->complete(shared_, broadcaster_, registry_, {&thread_->counters},
                    log_access{reader_, &log_board_, &recovery_, recovery_mode::automatic});
  engines_.push_back(&*thread_->engine);
}

void server_world::end_actors() {
  const auto end = [](const auto& x) { caf::anon_send_exit(x, caf::exit_reason::user_shutdown); };
  end(registry_);
  for (const auto& x : board_.current()->all())
    end(x->actor);
  board_.publish(std::make_shared<const directory>(""));
  end(broadcaster_);
  end(log_);
  end(reader_);
  thread_->forget_instances();
  end(thread_->hub);
  end(thread_->intake);
}

void server_world::accept(io::descriptor socket) {
  auto stream = std::make_shared<io::frame_stream>(std::move(socket), thread_->home, thread_->counters, nullptr);
  auto peer = std::make_shared<io::http_peer>(std::move(stream), *thread_->http);
  thread_->peers.add(peer);
  peer->start();
}

void server_world::run(const std::function<bool()>& step) {
  // In which actors that were told of the end do end; what waits for its time goes with the unit.
  int turns_to_end = 100;
  auto is_ending = false;
  const std::function<void()> turn = [&] {
    pool().run();
    if (!is_ending && !step()) {
      is_ending = true;
      end_actors();
    }
    is_ending && --turns_to_end == 0 ? thread_->home.stop() : thread_->home.post(turn);
  };
  thread_->home.post(turn);
  thread_->home.run();
}

void server_world::drain() {
  thread_->engine->close_all();
  thread_->streams->close_all();
  thread_->peers.close_all();
}

std::string server_world::left_over() const {
  std::string out;
  const auto name = [&out](std::string_view what, std::uint64_t count) {
    if (count != 0)
      out.append(" ").append(std::to_string(count)).append(" ").append(what);
  };
  const auto& x = thread_->counters;
  name("sockets", x.open_sockets.get());
  name("streams", x.open_streams.get());
  name("readers", x.open_websocket_readers.get());
  name("peers", thread_->peers.size());
  name("bytes of bodies", body_bytes_.load());
  return out;
}

} // namespace arauto::fuzz
