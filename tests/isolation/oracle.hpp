#pragma once

#include "tests/isolation/world.hpp"

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace arauto::isolation {

/// What a run did, and what was wrong.
struct tally {
  std::uint64_t attempts = 0;
  /// Let through, with the effect seen.
  std::uint64_t allowed = 0;
  /// Turned away for their key.
  std::uint64_t refused = 0;
  /// Led nowhere, whoever asked: no such route, preflight, broken body.
  std::uint64_t elsewhere = 0;
  std::uint64_t violations = 0;

  /// Attempts that the key decided.
  std::uint64_t judged() const noexcept { return allowed + refused; }

  /// After so many, the test's picture and the server differ too much to go on.
  static constexpr std::uint64_t violations_max = 20;
  bool is_hopeless() const noexcept { return violations >= violations_max; }
};

/// Judges each attempt: nobody sees or changes what is another's. Keeps the last picture of every instance.
class oracle {
public:
  oracle(world& in, tally& out);

  /// An attempt begins; `said` is all that it sends, for whatever it repeats is no leak.
  void begin(std::string attempt, std::string said);
  /// The attempt is wrong in that way.
  void violated(std::string_view how);

  /// An answer to somebody whose key opens so much.
  void check_answer(std::string_view text, reach whose);
  /// What clients got while somebody acted whose key opens so much: each only what its own sessions may see, and only
  /// from instances that he may act on. `except`: his own client.
  void check_received(const std::vector<received>& events, reach actor, const visitor* except = nullptr);
  /// The event that holds `text` came to every session that may see it, once, and to no other. `more`: a client that
  /// does not stay.
  void check_delivered(const std::vector<received>& events, std::string_view text, const tenant& from,
                       const visitor* more = nullptr);
  /// Emits an event of that tenant: an attempt of its own, which has to reach all who may see it and nobody else.
  void try_event(const tenant& from, const visitor& more);
  /// Nothing was stored or published but of that tenant.
  void check_unchanged(std::optional<std::size_t> but = std::nullopt);
  /// All that is stored is what the directory says.
  void check_store();

private:
  bool is_excused(std::string_view mark, std::string_view event) const;

  world& in_;
  tally& out_;
  /// What attempts of late said of others: a replayed event repeats what its producer wrote.
  static constexpr std::size_t remembered = 20000;
  std::deque<std::string> said_lately_;
  std::string attempt_;
  std::string said_;
  std::uint64_t version_ = 0;
  std::vector<directory_entry_ptr> known_;
  std::vector<std::string> ids_;
};

} // namespace arauto::isolation
