// The seam between replay and live, against a model: whatever happens in whatever order, each client gets exactly what
// its session lets through, once, in order; or it learns that it is a new session.
#include "actors/memory_event_store.hpp"
#include "tests/support/actor_fixture.hpp"
#include "tests/support/random_inputs.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <array>
#include <functional>
#include <iostream>
#include <string>

namespace arauto {
namespace {

constexpr std::size_t schedules = 100000;
constexpr int steps_per_schedule = 100;
constexpr std::uint64_t log_bytes = 6000;
constexpr std::array<const char*, 3> names{"call", "chats.set", "messages.upsert"};

/// Knows in which order the log has placed events, by the number that each carries.
class listed_store final : public event_store {
public:
  struct place {
    event_sequence sequence;
    std::size_t number;
  };

  event_sequence last() const noexcept override { return kept.last(); }
  log_extent_ptr extent() const override { return kept.extent(); }
  void append(std::span<const event_ptr> events, std::span<const event_claim> claims, std::int64_t now_ms) override {
    for (const auto& x : events)
      order.push_back({x->sequence, static_cast<std::size_t>(std::stoull(std::string{x->what.data}))});
    kept.append(events, claims, now_ms);
  }
  std::optional<known_claim> find_claim(const std::string& instance_id, const claim_digest& key,
                                        std::int64_t now_ms) override {
    return kept.find_claim(instance_id, key, now_ms);
  }
  void erase(const std::string& instance_id) override { kept.erase(instance_id); }
  bool purge(std::int64_t now_ms) override { return kept.purge(now_ms); }
  bool is_durable() const noexcept override { return true; }
  std::unique_ptr<event_reader> open_reader(emitter_finder find) override {
    return std::make_unique<slow_reader>(*this, kept.open_reader(std::move(find)));
  }

  memory_event_store kept{std::chrono::hours{1}, log_bytes};
  std::vector<place> order;
  /// What happens between the reading of a page and its way to the session.
  std::function<void()> meanwhile;

private:
  class slow_reader final : public event_reader {
  public:
    slow_reader(const listed_store& all, std::unique_ptr<event_reader> from) : all_(&all), from_(std::move(from)) {}

    event_page read(const event_query& x) override {
      auto page = from_->read(x);
      if (all_->meanwhile)
        all_->meanwhile();
      return page;
    }

  private:
    const listed_store* all_;
    std::unique_ptr<event_reader> from_;
  };
};

/// Whole servers are dear, so one serves many schedules: each has fresh clients.
class Seam : public test::ActorFixture {
protected:
  Seam() {
    auto made = std::make_unique<listed_store>();
    log_of_all = made.get();
    store = std::move(made);
    begin(true);
    for (const auto* name : {"a", "b", "c"})
      instances.push_back(add_instance(make_record(name)));
    log_of_all->meanwhile = [this] { go_on_meanwhile(); };
  }

  /// One client and what the model knows of it.
  struct player {
    std::string nsp, key, filter;
    std::unique_ptr<test::fake_client> link;
    std::string pid, sid, offset;
    /// What its session has got, by number.
    std::vector<std::size_t> got;
    /// Where its session joined.
    event_sequence joined = 0;
    std::size_t thread = 0;
  };

  struct fact {
    std::string instance, name;
  };

  bool sees(const player& x, const fact& what) const {
    const auto is_its =
        x.nsp == "/" ? x.key == test::global_key || x.key == "token-of-" + what.instance : x.nsp == "/" + what.instance;
    return is_its && (x.filter.empty() || x.filter == what.name);
  }

  void connect(player& x) {
    x.link = open_client(x.thread);
    x.link->out.waiting_max = dice->one_in(2) ? 600 : ~std::size_t{0};
    std::string auth = R"({"apikey":")" + x.key + R"(","recovery":true)";
    if (!x.filter.empty())
      auth += R"(,"events":")" + x.filter + "\"";
    if (!x.pid.empty())
      auth += R"(,"pid":")" + x.pid + "\"";
    if (!x.pid.empty() && !x.offset.empty())
      auth += R"(,"offset":")" + x.offset + "\"";
    x.link->side->on_text("0" + (x.nsp == "/" ? "" : x.nsp + ",") + auth + "}");
  }

  /// Takes what has arrived; some of it may be lost with the link.
  void read(player& x, bool is_breaking) {
    auto arrived = x.link->out.take();
    x.link->out.waiting = 0;
    if (is_breaking)
      arrived.resize(arrived.size() - dice->below(arrived.size() + 1));
    for (const auto& packet : arrived)
      packet.starts_with("40") ? on_connect(x, packet) : on_event(x, packet);
  }

  static std::string member_of(const std::string& packet, const std::string& name) {
    const auto at = packet.find("\"" + name + "\":\"") + name.size() + 4;
    return packet.substr(at, packet.find('"', at) - at);
  }

  void on_connect(player& x, const std::string& packet) {
    const auto pid = member_of(packet, "pid");
    if (pid != x.pid) { // A new session: nothing of before is owed, and nothing of before may come.
      x.joined = signer.claims.at(pid).joined.sequence;
      x.got.clear();
      ++renewed;
    } else {
      ++resumed;
    }
    x.pid = pid;
    x.sid = member_of(packet, "sid");
  }

  void on_event(player& x, const std::string& packet) {
    ASSERT_TRUE(packet.starts_with("42")) << packet;
    const auto at = packet.find("\"data\":") + 7;
    const auto number = static_cast<std::size_t>(std::stoull(packet.substr(at)));
    const auto end = packet.rfind("\"]");
    const auto begin = packet.rfind(",\"", end) + 2;
    x.offset = packet.substr(begin, end - begin);
    x.got.push_back(number);
  }

  void submit() {
    const auto which = dice->below(instances.size());
    const auto* name = names.at(dice->below(names.size()));
    auto what = event_of(name, std::to_string(history.size()));
    history.push_back({instances[which]->record->name, name});
    std::vector<emission> events;
    events.push_back(std::move(what));
    const auto thread = static_cast<std::uint16_t>(dice->below(2));
    EXPECT_TRUE(
        threads[thread]->intake_q.submit(instances[which]->actor, std::move(events), {thread, 0, 0, ++last_request}));
  }

  /// Some of what is due runs, in an order of its own.
  void run_some() {
    switch (dice->below(4)) {
    case 0:
      threads[0]->home.run();
      break;
    case 1:
      threads[1]->home.run();
      break;
    case 2:
      pool().try_run_once();
      break;
    default:
      pool().run();
    }
  }

  /// The reader has a thread of its own: others go on while it holds a page.
  void go_on_meanwhile() {
    while (!dice->one_in(3))
      dice->one_in(3) ? submit() : run_some();
  }

  void purge() {
    log_of_all->purge(0);
    log_places.note_commit(log_of_all->last(), log_of_all->extent());
  }

  void step(player& x) {
    switch (dice->below(8)) {
    case 0:
    case 1:
      return submit();
    case 2:
      if (!x.link)
        return connect(x);
      read(x, true);
      close(*x.link);
      x.link.reset();
      return;
    case 3:
      if (x.link)
        read(x, false);
      return;
    case 4:
      threads[x.thread]->home.advance(std::chrono::milliseconds{20});
      return;
    case 5:
      return purge();
    default:
      return run_some();
    }
  }

  /// Everything arrives, and everybody reads.
  void calm(std::vector<player>& players) {
    auto calm_rounds = 0;
    for (int round = 0; round < 300 && calm_rounds < 4; ++round) {
      settle();
      ++calm_rounds;
      for (auto& x : players) {
        if (!x.link) {
          connect(x);
          calm_rounds = 0;
          continue;
        }
        if (!x.link->out.packets.empty() || x.link->out.closed)
          calm_rounds = 0;
        read(x, x.link->out.closed);
        if (x.link->out.closed) {
          close(*x.link);
          x.link.reset();
        }
      }
      for (auto& x : threads)
        x->home.advance(std::chrono::milliseconds{20});
    }
    EXPECT_EQ(calm_rounds, 4) << "it never ends";
  }

  void check(const player& x) {
    std::vector<std::size_t> expected;
    const auto& order = log_of_all->order;
    auto at = std::upper_bound(order.begin(), order.end(), x.joined,
                               [](event_sequence s, const listed_store::place& y) { return s < y.sequence; });
    for (; at != order.end(); ++at)
      if (sees(x, history[at->number]))
        expected.push_back(at->number);
    EXPECT_EQ(x.got, expected) << x.nsp << " with " << x.key << " filter " << x.filter;
  }

  /// Some instances have nothing kept: whoever misses their events is a new session.
  void choose_what_is_kept() {
    for (const auto& x : instances) {
      auto next = std::make_shared<instance_record>(*x->record);
      next->websocket->keeps_events = !dice->one_in(8);
      caf::anon_send(x->actor, configure_instance{std::move(next)});
    }
    settle();
  }

  /// A schedule of its own kind for three players.
  void play(test::random_inputs& random) {
    dice = &random;
    choose_what_is_kept();
    std::vector<player> players(3);
    for (auto& x : players) {
      const std::string name = random.pick(std::array{"a", "b", "c"});
      x.nsp = random.one_in(2) ? "/" : "/" + name;
      x.key = random.one_in(3) ? test::global_key : "token-of-" + name;
      x.filter = random.one_in(3) ? random.pick(names) : "";
      x.thread = random.below(2);
    }
    for (int i = 0; i < steps_per_schedule; ++i)
      step(players[random.below(players.size())]);
    calm(players);
    for (auto& x : players) {
      check(x);
      close(*x.link);
    }
    settle();
    ++played;
  }

  void on_outcome(const emit_request&, unsigned, std::string_view) override {}

  listed_store* log_of_all = nullptr;
  std::vector<directory_entry_ptr> instances;
  std::vector<fact> history;
  test::random_inputs* dice = nullptr;
  std::uint64_t played = 0;
  std::uint64_t resumed = 0;
  std::uint64_t renewed = 0;
};

TEST_F(Seam, LosesDoublesAndReordersNothing) {
  test::rounds{schedules}.each([this](test::random_inputs& random) { play(random); });
  // A test in which nobody ever comes back, or always does, shows nothing.
  EXPECT_GT(resumed, played / 10);
  EXPECT_GT(renewed, played / 10);
  EXPECT_GT(threads[0]->counters.replayed_events.get(), played / 10);
  EXPECT_GT(threads[0]->counters.fallen_behind.get(), played / 100);
  std::cout << played << " schedules: " << log_of_all->order.size() << " events, " << resumed << " sessions resumed, "
            << renewed << " new" << std::endl;
}

} // namespace
} // namespace arauto
