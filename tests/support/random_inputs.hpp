#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

/// What the property tests (tests/net/properties_*) feed the codecs with.
///
///     ARAUTO_PROPERTY_SEED=7     other inputs; a failure prints the seed with which it comes first
///     ARAUTO_PROPERTY_ROUNDS=1   percent of the inputs, 100 if not said
namespace arauto::test {

/// A small generator (splitmix64): the same seed gives the same inputs everywhere.
class random_inputs {
public:
  explicit random_inputs(std::uint64_t seed) noexcept : state_{seed} {}

  std::uint64_t next() noexcept;
  /// From 0 to `end` - 1; 0 of an empty range.
  std::size_t below(std::size_t end) noexcept { return end == 0 ? 0 : static_cast<std::size_t>(next() % end); }
  bool one_in(std::size_t n) noexcept { return below(n) == 0; }
  template <class List>
  const auto& pick(const List& from) noexcept {
    return from[below(std::size(from))];
  }

  /// Any bytes, mostly few of them, up to `size_max`.
  std::string bytes(std::size_t size_max);
  /// UTF-8 of one to four bytes a character, with those that codecs treat specially; up to `characters_max`.
  std::string text(std::size_t characters_max);
  /// As `text`, of none of these characters (ASCII).
  std::string text_without(std::string_view unwanted, std::size_t characters_max);
  /// A JSON value without white space. `depth` is how many levels it may have.
  std::string json(std::size_t depth);
  /// The same value with white space between its parts.
  std::string spaced(std::string_view json);
  /// A copy with a few bytes changed, lost, doubled or put in.
  std::string mutated(std::string text);

private:
  std::size_t size(std::size_t size_max) noexcept;
  void mutate(std::string& text);

  std::uint64_t state_;
};

/// Runs `check` with `rounds` generators of consecutive seeds, fewer in instrumented builds. Ends at the first failure,
/// which names its seed; an exception is one.
class rounds {
public:
  explicit rounds(std::size_t count);
  template <class Check>
  void each(Check check) const {
    for (std::size_t i = 0; i < count_; ++i)
      if (!run(seed_ + i, [&check](random_inputs& random) { check(random); }))
        return;
  }

private:
  template <class Check>
  static bool run(std::uint64_t seed, Check check);
  static bool report(std::uint64_t seed, const char* exception);
  static bool has_failure();

  std::uint64_t seed_;
  std::size_t count_;
};

template <class Check>
bool rounds::run(std::uint64_t seed, Check check) {
  random_inputs random{seed};
  try {
    check(random);
  } catch (const std::exception& e) {
    return report(seed, e.what());
  }
  return !has_failure() || report(seed, nullptr);
}

/// Percent encoding of everything but letters and digits.
std::string percent_encoded(std::string_view text);

/// Messages and bodies of all recordings in tests/golden/protocol, up to 4 KiB each.
const std::vector<std::string>& recorded_messages();
/// Whole HTTP requests of the recordings.
const std::vector<std::string>& recorded_requests();

} // namespace arauto::test
