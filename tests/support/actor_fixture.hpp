#pragma once

#include "actors/broadcaster.hpp"
#include "actors/event_log.hpp"
#include "actors/front.hpp"
#include "actors/hub.hpp"
#include "actors/instance.hpp"
#include "actors/intake.hpp"
#include "actors/key_gate.hpp"
#include "actors/log_reader.hpp"
#include "actors/stored_log.hpp"
#include "actors/stream_connection.hpp"
#include "tests/support/manual_loop.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/exit_reason.hpp>
#include <caf/scheduler/test_coordinator.hpp>
#include <caf/send.hpp>
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace arauto::test {

inline const std::string global_key = "the-global-key";

/// Collects what a client would get.
class fake_outbox final : public event_outbox {
public:
  push_result push(const frame_batch& what) override {
    if (closed)
      return push_result::closed;
    std::size_t bytes = 0;
    for (const auto& x : what.packets)
      bytes += x->websocket().size();
    if (waiting != 0 && waiting + bytes > waiting_max)
      return push_result::over_high_water;
    if (waiting_max != ~std::size_t{0})
      waiting += bytes;
    for (const auto& x : what.packets)
      packets.emplace_back(x->packet());
    return push_result::accepted;
  }
  void close(close_reason why) override {
    closed = true;
    reason = why;
  }
  void dismiss(std::string_view text) override {
    close(close_reason::forced_close);
    dismissal = text;
  }
  void allow_messages(std::size_t bytes_max) override { message_max = bytes_max; }
  bool is_writable() const noexcept override { return writable; }
  std::size_t backlog() const noexcept override { return waiting; }
  std::span<const header_field> request_fields() const noexcept override { return {}; }

  /// What came since the last call.
  std::vector<std::string> take() { return std::exchange(packets, {}); }

  std::vector<std::string> packets;
  bool closed = false;
  bool writable = true;
  /// Bytes that the client has not taken, and how many may wait.
  std::size_t waiting = 0;
  std::size_t waiting_max = ~std::size_t{0};
  close_reason reason = close_reason::transport_close;
  std::size_t message_max = 0;
  std::string dismissal;
};

/// Knows the browser tokens that it was told.
class fake_tokens final : public browser_token_reader {
public:
  std::optional<browser_token> read(std::string_view token) const override {
    const auto at = known.find(std::string{token});
    return at == known.end() ? std::nullopt : std::optional{at->second};
  }
  std::map<std::string, browser_token> known;
};

/// Seals nothing: a `pid` says what it claims.
class fake_signer final : public recovery_signer {
public:
  std::string sign(const recovery_claim& x) const override {
    auto pid = "pid" + std::to_string(claims.size());
    claims[pid] = x;
    return pid;
  }
  std::optional<recovery_claim> read(std::string_view pid) const override {
    const auto at = claims.find(std::string{pid});
    return at == claims.end() ? std::nullopt : std::optional{at->second};
  }
  mutable std::map<std::string, recovery_claim> claims;
};

/// One client: an outbox and the application's side over it.
struct fake_client {
  fake_outbox out;
  application_side_ptr side;
};

/// The actors of a server on two hand-stepped I/O loops, without sockets. Everything runs on the test's thread;
/// `settle` runs it until nothing is left to do.
class ActorFixture : public testing::Test {
protected:
  struct thread_parts {
    thread_parts(ActorFixture& x, std::uint16_t index)
        : home{index},
          unit{x.system, home, counters},
          intake_q{home, [&x](const emit_request& request, unsigned status,
                              std::string_view failure) { x.on_outcome(request, status, failure); }},
          hub{spawn_on<hub_actor, hub_state>(unit, arauto::hub, &lists)},
          intake{spawn_on<intake_actor, intake_state>(unit, arauto::intake, &intake_q)},
          view{x.board} {}

    io_counters counters;
    manual_loop home;
    io_unit unit;
    dispatch_lists lists;
    intake_queue intake_q;
    hub_actor hub;
    intake_actor intake;
    directory_view view;
    std::unique_ptr<key_gate> admission;
    std::unique_ptr<front> front_door;
    std::unique_ptr<stream_front> streams;
  };

  ActorFixture() {
    for (std::uint16_t i = 0; i < 2; ++i)
      threads.push_back(std::make_unique<thread_parts>(*this, i));
    begin(true);
  }

  ~ActorFixture() override {
    const auto end = [](const auto& x) { caf::anon_send_exit(x, caf::exit_reason::user_shutdown); };
    for (const auto& x : board.current()->all())
      end(x->actor);
    board.publish(std::make_shared<const directory>(global_key));
    end(broadcaster_);
    end(log);
    if (log_reads)
      end(log_reads);
    for (auto& x : threads) {
      end(x->hub);
      end(x->intake);
    }
    settle();
    broadcaster_ = nullptr;
    log = nullptr;
    log_reads = nullptr;
    services = nullptr;
    for (auto& x : threads) {
      x->front_door.reset();
      x->streams.reset();
      x->admission.reset();
      x->hub = nullptr;
      x->intake = nullptr;
    }
    settle();
  }

  /// The log placed, or an instance refused, what an intake took.
  virtual void on_outcome(const emit_request& request, unsigned status, std::string_view failure) {
    answers.push_back(std::to_string(request.slot.request) + ":" +
                      (failure.empty() ? "ok" : std::to_string(status) + " " + std::string{failure}));
  }

  /// What tells browser tokens from other keys.
  virtual const browser_token_reader& token_reader() const { return tokens; }

  /// (Re)makes what depends on the mode.
  void begin(bool global_events) {
    std::vector<hub_actor> hubs{threads[0]->hub, threads[1]->hub};
    std::vector<intake_actor> intakes{threads[0]->intake, threads[1]->intake};
    if (broadcaster_)
      caf::anon_send_exit(broadcaster_, caf::exit_reason::user_shutdown);
    if (log)
      caf::anon_send_exit(log, caf::exit_reason::user_shutdown);
    auto& unit = threads[0]->unit;
    broadcaster_ = spawn_on<broadcaster_actor, broadcaster_state>(unit, broadcaster, hubs, &board, global_events,
                                                                  event_sequence{0});
    if (store)
      log_places.note_commit(store->last(), store->extent());
    log = store ? event_log_actor{system.spawn(stored_log,
                                               stored_log_services{store.get(), broadcaster_, intakes, &log_places})}
                : spawn_on<event_log_actor, memoryless_log_state>(unit, memoryless_log, broadcaster_, intakes);
    services = std::make_shared<const instance_services>(instance_services{std::move(hubs),
                                                                           log,
                                                                           std::move(intakes),
                                                                           {"", date_time_form::utc, expose_token},
                                                                           store ? &log_places : nullptr});
    std::optional<log_access> readable;
    if (store) {
      log_reads = system.spawn(log_reader, store.get(), find_emitter_in(board, services->envelope));
      readable = log_access{log_reads, &log_places, &signer, recovery};
    }
    for (auto& x : threads) {
      x->admission = std::make_unique<key_gate>(rules, x->view, token_reader(), broadcaster_, readable);
      const connection_services below{x->unit, *x->admission, x->lists, packets};
      x->front_door = std::make_unique<front>(below);
      x->streams = std::make_unique<stream_front>(below);
    }
    settle();
  }

  /// Turns until nothing is left to do on any thread.
  void settle() {
    for (int i = 0; i < 10; ++i) {
      for (auto& x : threads)
        x->home.run();
      pool().run();
    }
  }

  caf::scheduler::test_coordinator& pool() {
    return dynamic_cast<caf::scheduler::test_coordinator&>(system.scheduler());
  }

  static std::vector<std::string> every_event() {
    std::vector<std::string> names;
    for (std::size_t i = 0; i < selectable_events; ++i)
      names.emplace_back(known_event_at(static_cast<catalogue_index>(i)).config_name);
    return names;
  }

  std::shared_ptr<instance_record> make_record(const std::string& name,
                                               std::vector<std::string> events = every_event()) {
    auto record = std::make_shared<instance_record>();
    record->id = "id-of-" + name;
    record->name = name;
    record->token = "token-of-" + name;
    record->integration = "EVOLUTION";
    record->websocket = websocket_row{"row", true, std::move(events), 0, 0};
    return record;
  }

  /// An instance that the directory knows. Its sessions live anywhere, it lives on the second thread.
  directory_entry_ptr add_instance(std::shared_ptr<instance_record> record) {
    auto entry = std::make_shared<directory_entry>();
    entry->number = ++last_number;
    entry->token = key_digest::of(record->token);
    entry->actor = spawn_on<instance_actor, instance_state>(threads[1]->unit, instance, services, entry->number,
                                                            std::shared_ptr<const instance_record>{record});
    entry->record = std::move(record);
    board.publish(board.current()->with(entry));
    settle();
    return entry;
  }

  /// A client of one I/O thread, connected as Engine.IO goes.
  std::unique_ptr<fake_client> open_client(std::size_t thread, handshake shake = {}) {
    auto x = std::make_unique<fake_client>();
    x->side = threads[thread]->front_door->open(x->out, std::move(shake));
    return x;
  }

  void say(fake_client& x, std::string_view text) {
    x.side->on_text(text);
    settle();
  }

  /// A client that has joined a namespace with that key.
  std::unique_ptr<fake_client> join_client(std::size_t thread, const std::string& nsp, const std::string& key,
                                           const std::string& more_auth = "") {
    auto x = open_client(thread);
    say(*x, "0" + (nsp == "/" ? "" : nsp + ",") + R"({"apikey":")" + key + "\"" + more_auth + "}");
    return x;
  }

  /// A client of the event streams of one I/O thread, let in or not (then `side` is null, and `refusal` says why).
  struct fake_listener : fake_client {
    admission refusal;
  };
  std::unique_ptr<fake_listener> listen(std::size_t thread, std::string_view nsp, handshake shake,
                                        event_form form = event_form::message) {
    auto x = std::make_unique<fake_listener>();
    auto opened = threads[thread]->streams->open(x->out, nsp, std::move(shake), form);
    if (auto* refusal = std::get_if<admission>(&opened))
      x->refusal = std::move(*refusal);
    else
      x->side = std::get<application_side_ptr>(std::move(opened));
    settle();
    return x;
  }

  static emission event_of(std::string name, std::string data) {
    emission x;
    x.body = std::make_shared<const std::string>(std::move(data));
    x.data = *x.body;
    x.index = find_event(name).value_or(custom_event);
    x.name = std::move(name);
    return x;
  }

  /// Emits one event as an HTTP request of the first thread would.
  void emit(const directory_entry_ptr& to, const std::string& name, const std::string& data = "{}") {
    std::vector<emission> events;
    events.push_back(event_of(name, data));
    threads[0]->intake_q.submit(to->actor, std::move(events), {0, 0, 0, ++last_request});
    settle();
  }

  static void close(fake_client& x) { x.side->on_close(close_reason::transport_close); }

  struct test_config : caf::actor_system_config {
    test_config() { set("scheduler.policy", caf::atom("testing")); }
  };

  test_config config;
  caf::actor_system system{config};
  gate_settings rules;
  fake_tokens tokens;
  socketio::packet_limits packets;
  directory_board board{std::make_shared<const directory>(global_key)};
  /// Set before `begin`: events are kept there.
  std::unique_ptr<event_store> store;
  log_board log_places;
  recovery_mode recovery = recovery_mode::automatic;
  fake_signer signer;
  log_reader_actor log_reads;
  std::vector<std::string> answers;
  std::vector<std::unique_ptr<thread_parts>> threads;
  broadcaster_actor broadcaster_;
  event_log_actor log;
  instance_services_ptr services;
  bool expose_token = false;
  instance_number last_number = 0;
  std::uint32_t last_request = 0;
};

} // namespace arauto::test
