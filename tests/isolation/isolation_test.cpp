#include "tests/isolation/rest_attempts.hpp"
#include "tests/isolation/socket_attempts.hpp"
#include "tests/isolation/stream_attempts.hpp"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <iostream>

namespace arauto::isolation {
namespace {

constexpr std::uint64_t attempts_by_default = 100000;
constexpr std::uint64_t seed_by_default = 20261122;

std::uint64_t number_from(const char* variable, std::uint64_t otherwise) {
  const auto* text = std::getenv(variable);
  return text == nullptr || *text == '\0' ? otherwise : std::strtoull(text, nullptr, 10);
}

/// One kind of key in one place, at one route and method, or one form of a namespace for Socket.IO or event streams.
struct cell {
  std::size_t kind;
  place where;
  std::size_t surface;
};

/// Two hundred tenants, every kind of key, every namespace, route and method.
class Isolation : public world {
protected:
  void attempt(const cell& x, tenant& own, tenant& other, bool is_plain) {
    const auto& kind = key_kinds()[x.kind];
    if (x.surface < rest.targets().size())
      rest.attempt(rest.targets()[x.surface], kind, x.where, own, other, is_plain);
    else if (const auto form = x.surface - rest.targets().size(); form < namespace_form_count)
      sockets.attempt(kind, x.where, static_cast<namespace_form>(form), own, other, is_plain);
    else
      streams.attempt(kind, x.where, static_cast<namespace_form>(form - namespace_form_count), own, other);
  }

  tenant& somebody_but(const tenant& x) {
    return tenants[(x.index + 1 + chance.below(tenant_count - 1)) % tenant_count];
  }

  std::size_t surfaces() const { return rest.targets().size() + 2 * namespace_form_count; }

  std::vector<cell> every_cell() const {
    std::vector<cell> cells;
    for (std::size_t kind = 0; kind < key_kinds().size(); ++kind)
      for (std::size_t at = 0; at < place_count; ++at)
        for (std::size_t surface = 0; surface < surfaces(); ++surface)
          cells.push_back({kind, static_cast<place>(at), surface});
    return cells;
  }

  /// Each tenant at each route and at its namespaces: with the global key, its own token, and somebody else's,
  /// plain and with a trick.
  void try_every_pair() {
    for (auto& own : tenants)
      for (std::size_t surface = 0; surface < surfaces(); ++surface) {
        const auto is_route = surface < rest.targets().size();
        if (is_route && (rest.targets()[surface].rule == nullptr || rest.targets()[surface].method == "HEAD"))
          continue;
        for (std::size_t kind = 0; kind < 3; ++kind)
          for (const auto is_plain : {true, false})
            if (!out.is_hopeless())
              attempt({kind, place::header, surface}, own, somebody_but(own), is_plain);
      }
  }

  /// Every cell in turn, at tenants by chance, until the key has decided so many attempts; each cell once at least.
  void try_every_cell(std::uint64_t wanted) {
    auto cells = every_cell();
    do {
      for (auto left = cells.size(); left > 1; --left)
        std::swap(cells[left - 1], cells[chance.below(left)]);
      for (const auto& x : cells) {
        if (out.is_hopeless() || (is_complete && out.judged() >= wanted))
          return;
        auto& own = tenants[chance.below(tenant_count)];
        attempt(x, own, somebody_but(own), false);
        if (chance.one_in(500))
          let_time_pass();
      }
      is_complete = true;
    } while (out.judged() < wanted);
  }

  void let_time_pass() {
    judge.begin("SYNTHETIC instances emit", {});
    pass_time();
    const auto events = take_received();
    judge.check_received(events, opens_all);
    judge.check_unchanged();
    for (const auto& x : tenants)
      if (x.integration == "SYNTHETIC")
        judge.check_delivered(of_instance(events, x), "", x);
    ++out.allowed;
  }

  /// The events whose envelope names that instance.
  std::vector<received> of_instance(std::vector<received> events, const tenant& x) const {
    std::erase_if(events, [&x](const received& event) {
      return event.text.find("\"instance\":\"" + mark_of(x.index, 'n')) == std::string::npos;
    });
    return events;
  }

  const std::uint64_t seed = number_from("ARAUTO_ISOLATION_SEED", seed_by_default);
  dice chance{seed};
  tally out;
  oracle judge{*this, out};
  rest_attempts rest{*this, judge, chance, out};
  socket_attempts sockets{*this, judge, chance, out};
  stream_attempts streams{*this, judge, chance, out};
  bool is_complete = false;
};

TEST_F(Isolation, HasARuleForEveryRoute) {
  for (const auto& x : rest.complaints())
    ADD_FAILURE() << x;
}

TEST_F(Isolation, NobodySeesOrChangesWhatIsAnothersAndEveryAllowedPairGetsThrough) {
  const auto wanted = number_from("ARAUTO_ISOLATION_ATTEMPTS", attempts_by_default);
  const auto begin = std::chrono::steady_clock::now();
  try_every_pair();
  try_every_cell(wanted);
  if (!out.is_hopeless())
    judge.check_store();
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  std::cout << "isolation: seed " << seed << ", " << tenant_count << " tenants, " << key_kinds().size()
            << " kinds of key in " << place_count << " places, " << rest.targets().size()
            << " pairs of path and method, " << namespace_form_count
            << " forms of namespace for Socket.IO and for event streams; " << out.attempts
            << " attempts: " << out.allowed << " allowed, " << out.refused << " refused, " << out.elsewhere
            << " led nowhere, " << out.violations << " violations; " << took.count() << " s" << std::endl;
  EXPECT_EQ(out.violations, 0U);
  EXPECT_GE(out.judged(), wanted);
}

} // namespace
} // namespace arauto::isolation
