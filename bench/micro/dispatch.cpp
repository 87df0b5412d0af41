#include "actors/front.hpp"
#include "actors/hub.hpp"
#include "bench/micro/samples.hpp"
#include "tests/support/manual_loop.hpp"

#include <benchmark/benchmark.h>
#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/exit_reason.hpp>
#include <caf/send.hpp>

#include <deque>
#include <memory>

/// What a delivery costs between the HUB and the frame queue: dispatch list, session, connection, and a push on a way
/// out that counts. The frame is encoded before.
namespace arauto::micro {
namespace {

/// A client that reads at once.
class counting_outbox final : public outbox {
public:
  push_result push(const frame_batch& what) override {
    pushed += what.packets.size();
    return push_result::accepted;
  }
  void close(close_reason) override {}
  void allow_messages(std::size_t) override {}
  bool is_writable() const noexcept override { return true; }
  std::size_t backlog() const noexcept override { return 0; }
  std::span<const header_field> request_fields() const noexcept override { return {}; }

  std::uint64_t pushed = 0;
};

/// Lets everybody into the one namespace that there is.
class open_gate final : public gate {
public:
  explicit open_gate(namespace_actor owner) : owner_{std::move(owner)} {}
  admission admit(const handshake&) override { return {}; }
  std::chrono::milliseconds connect_timeout(const handshake&) override { return std::chrono::hours{1}; }
  std::variant<gate_pass, gate_refusal> judge(const connect_request&) override {
    gate_pass pass;
    pass.owner = owner_;
    return pass;
  }
  std::size_t namespaces_max() const noexcept override { return 1; }

private:
  namespace_actor owner_;
};

constexpr list_key everybody{list_key::part::own_namespace, 1};

/// Owner of the namespace: grants every join at once.
struct owner_state {
  static constexpr const char* name = "owner";
  void admit(const join& x) { hub->admit({x.who, everybody, {}}); }
  void release(const leave&) {}
  void ignore(const client_event&) {}
  hub_state* hub = nullptr;
};

behaviour<owner_state> owner(placed_actor<namespace_actor, owner_state>* self, hub_state* hub) {
  self->state.hub = hub;
  return handles<namespace_actor, &owner_state::admit, &owner_state::release, &owner_state::ignore>;
}

/// The sessions of one I/O thread, with everything that a delivery touches.
class audience {
public:
  explicit audience(std::size_t size) : clients_(size) {
    hub.lists = &lists_;
    for (auto& x : clients_) {
      x.side = front_.open(x.out, {});
      x.side->on_text("0/sales,");
      home_.run();
    }
  }
  audience(const audience&) = delete;
  audience& operator=(const audience&) = delete;
  ~audience() {
    for (auto& x : clients_)
      x.side->on_close(close_reason::transport_close);
    clients_.clear();
    caf::anon_send_exit(owner_, caf::exit_reason::user_shutdown);
    home_.run();
  }

  std::uint64_t delivered() const { return counters_.deliveries.get(); }

  hub_state hub;

private:
  struct client {
    counting_outbox out;
    application_side_ptr side;
  };

  caf::actor_system_config config_;
  caf::actor_system system_{config_};
  io_counters counters_;
  test::manual_loop home_;
  io_unit unit_{system_, home_, counters_};
  dispatch_lists lists_;
  socketio::packet_limits packets_;
  namespace_actor owner_ = spawn_on<namespace_actor, owner_state>(unit_, owner, &hub);
  open_gate gate_{owner_};
  front front_{connection_services{unit_, gate_, lists_, packets_}};
  std::deque<client> clients_;
};

/// Arguments: sessions, and events that come together.
void dispatch(benchmark::State& state) {
  const auto sessions = static_cast<std::size_t>(state.range(0));
  audience all{sessions};
  publish what{{{everybody, {}}}};
  std::vector<boost::intrusive_ptr<event>> events;
  for (std::int64_t i = 0; i < state.range(1); ++i) {
    events.push_back(boost::const_pointer_cast<event>(event_at(0, data_bytes)));
    what.groups.front().events.emplace_back(new publication{events.back(), "/sales"});
  }
  std::uint64_t place = 0;
  for (auto _ : state) {
    for (auto& x : events) // Each time they are new ones.
      x->sequence = ++place;
    all.hub.publish_groups(what);
  }
  const auto deliveries = static_cast<std::uint64_t>(state.iterations() * state.range(0) * state.range(1));
  if (all.delivered() != deliveries)
    state.SkipWithError("deliveries are missing");
  state.SetItemsProcessed(static_cast<std::int64_t>(deliveries));
}
BENCHMARK(dispatch)
    ->Name("dispatch/delivery")
    ->ArgNames({"sessions", "events"})
    ->Args({1000, 1})
    ->Args({1000, 64})
    ->Args({10000, 1})
    ->Args({10000, 64});

} // namespace
} // namespace arauto::micro
