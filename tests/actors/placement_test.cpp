#include "actors/failure.hpp"
#include "actors/light_actor.hpp"
#include "actors/placed.hpp"
#include "net/io/io_loop.hpp"
#include "tests/support/manual_loop.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/exit_reason.hpp>
#include <caf/send.hpp>
#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <stdexcept>
#include <thread>

namespace arauto {

struct poke {
  int number = 0;
};

} // namespace arauto

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(arauto::poke)

namespace arauto {
namespace {

using poked_actor = caf::typed_actor<caf::reacts_to<poke>>;

/// Counts handled messages, and those that were handled on another thread than the right one.
struct tally {
  void note(bool is_right) {
    const std::lock_guard lock{mutex};
    ++handled;
    strays += is_right ? 0 : 1;
    changed.notify_all();
  }
  void wait_for(int count) {
    std::unique_lock lock{mutex};
    changed.wait(lock, [&] { return handled >= count; });
  }
  std::mutex mutex;
  std::condition_variable changed;
  int handled = 0;
  int strays = 0;
};

struct poked_state {
  static constexpr const char* name = "poked";
  explicit poked_state(placed* actor) : self{actor} {}
  void take(const poke&) { count->note(self->unit().is_current()); }
  placed* self;
  tally* count = nullptr;
};
behaviour<poked_state> poked(placed_actor<poked_actor, poked_state>* self, tally* count) {
  self->state.count = count;
  return handles<poked_actor, &poked_state::take>;
}

class poked_light final : public light_actor {
public:
  using signatures = poked_actor::signatures;
  using behavior_type = poked_actor::behavior_type;
  poked_light(caf::actor_config& config, tally* count) : light_actor{config}, count_{count} {}
  const char* name() const override { return "poked_light"; }

private:
  void receive(caf::type_erased_tuple&) override { count_->note(unit().is_current()); }
  void on_exit_request() override {}
  tally* count_;
};

struct throwing_state {
  static constexpr const char* name = "throwing";
  void handle(const poke& x) {
    if (x.number == 1)
      throw std::runtime_error("on purpose");
    count->note(true);
  }
  tally* count = nullptr;
};

/// Two I/O threads, CAF's pool and the test's own thread.
class Placement : public testing::Test {
protected:
  static constexpr int rounds = 500;

  Placement() {
    config.set("scheduler.max-threads", std::size_t{2});
    system = std::make_unique<caf::actor_system>(config);
    for (std::uint16_t i = 0; i < 2; ++i) {
      loops.push_back(std::make_unique<io::io_loop>(i));
      units.push_back(std::make_unique<io_unit>(*system, *loops.back(), counters));
      threads.emplace_back([loop = loops.back().get()] { loop->run(); });
    }
  }

  ~Placement() override {
    for (const auto& x : loops)
      x->stop();
    for (auto& x : threads)
      x.join();
    units.clear();
    system.reset();
  }

  /// Pokes from this thread, from both I/O threads and from actors of the pool.
  template <class Handle>
  int poke_from_everywhere(const Handle& whom) {
    for (int i = 0; i < rounds; ++i) {
      caf::anon_send(whom, poke{i});
      for (const auto& x : loops)
        x->post([whom, i] { caf::anon_send(whom, poke{i}); });
      system->spawn([whom, i](caf::event_based_actor* self) { self->send(whom, poke{i}); });
    }
    return 4 * rounds;
  }

  caf::actor_system_config config;
  io_counters counters;
  std::unique_ptr<caf::actor_system> system;
  std::vector<std::unique_ptr<io::io_loop>> loops;
  std::vector<std::unique_ptr<io_unit>> units;
  std::vector<std::thread> threads;
  tally count;
};

TEST_F(Placement, KeepsAPlacedActorOnItsThreadWhoeverSends) {
  const auto whom = spawn_on<poked_actor, poked_state>(*units[1], poked, &count);
  count.wait_for(poke_from_everywhere(whom));
  EXPECT_EQ(count.strays, 0);
  caf::anon_send_exit(whom, caf::exit_reason::user_shutdown);
  system->await_all_actors_done();
}

TEST_F(Placement, LosesNoMessageThatOvertakesTheWordToBegin) {
  test::manual_loop loop;
  io_unit unit{*system, loop, counters};
  poked_actor whom;
  std::thread{[&] { whom = spawn_on<poked_actor, poked_state>(unit, poked, &count); }}.join();
  caf::anon_send(whom, poke{1}); // Before the loop looks at what the other thread has sent.
  loop.run();
  EXPECT_EQ(count.handled, 1);
  EXPECT_EQ(count.strays, 0);
  caf::anon_send_exit(whom, caf::exit_reason::user_shutdown);
  loop.run();
}

TEST_F(Placement, KeepsALightActorOnItsThreadWhoeverSends) {
  std::mutex mutex;
  std::condition_variable made;
  poked_actor whom;
  loops[1]->post([&] {
    const std::lock_guard lock{mutex};
    whom = make_light<poked_light, poked_actor>(*units[1], &count);
    made.notify_all();
  });
  std::unique_lock lock{mutex};
  made.wait(lock, [&] { return static_cast<bool>(whom); });
  count.wait_for(poke_from_everywhere(whom));
  EXPECT_EQ(count.strays, 0);
  system->await_all_actors_done();
}

// The negative control: CAF's own actor is resumed where its sender runs, so the same pokes stray.
TEST_F(Placement, WouldStrayWithoutIt) {
  const auto home = std::this_thread::get_id();
  std::atomic<bool> seen_elsewhere{false};
  const auto whom = system->spawn([&](caf::event_based_actor* self) -> caf::behavior {
    (void)self;
    return {[&, home](const poke&) {
      const auto stays = std::this_thread::get_id() == home;
      seen_elsewhere = seen_elsewhere || !stays;
      count.note(stays);
    }};
  });
  for (int i = 0; i < rounds; ++i)
    caf::anon_send(whom, poke{i});
  count.wait_for(rounds);
  EXPECT_TRUE(seen_elsewhere);
  caf::anon_send_exit(whom, caf::exit_reason::user_shutdown);
  system->await_all_actors_done();
}

TEST_F(Placement, OutlivesAHandlerThatThrows) {
  using actor_type = placed_actor<poked_actor, throwing_state>;
  const auto before = handler_failures();
  behaviour<throwing_state> (*begin)(actor_type*, tally*) = [](actor_type* self, tally* where) {
    self->state.count = where;
    return behaviour<throwing_state>{handles<poked_actor, &throwing_state::handle>};
  };
  const auto whom = spawn_on<poked_actor, throwing_state>(*units[0], begin, &count);
  for (int i = 0; i < 3; ++i)
    caf::anon_send(whom, poke{i});
  count.wait_for(2);
  EXPECT_EQ(handler_failures(), before + 1);
  caf::anon_send_exit(whom, caf::exit_reason::user_shutdown);
  system->await_all_actors_done();
}

} // namespace
} // namespace arauto
