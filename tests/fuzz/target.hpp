#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

/// Fuzz targets (docs/fuzzing.md). A file beside this one has one target: a function of bytes that checks what has to
/// hold for any bytes. libFuzzer runs it with inputs that it makes (fuzzer_main.cpp), a unit test with those that are
/// kept (replay_test.cpp).
namespace arauto::fuzz {

/// Deals with one input. The input decides everything, so that it can be repeated. Must not throw.
using target = void (*)(std::string_view input);

/// All targets of this program by their names.
std::map<std::string_view, target>& targets();

/// Makes a target known under the name of its file.
struct registration {
  registration(std::string_view name, target what) { targets().emplace(name, what); }
};

/// Says what does not hold and aborts, which is what libFuzzer and the replay take for a failure.
void require(bool holds, std::string_view what);

/// Random numbers that the content of an input decides (splitmix64).
class chance {
public:
  explicit chance(std::string_view input) noexcept;
  /// From 0 to `end` - 1. Precondition: `end` is not 0.
  std::size_t below(std::size_t end) noexcept;

private:
  std::uint64_t state_;
};

/// The whole in pieces of any size, half of them of few bytes.
std::vector<std::string_view> cut(std::string_view whole, chance& by);

/// Takes an input apart, as operations and their arguments. At its end all numbers are 0 and all texts empty.
class operations {
public:
  explicit operations(std::string_view input) noexcept : rest_{input} {}
  bool empty() const noexcept { return rest_.empty(); }
  /// From 0 to `end` - 1; takes one byte. Precondition: `end` is not 0 and at most 256.
  std::size_t below(std::size_t end) noexcept;
  /// So many bytes as a byte says.
  std::string_view text() noexcept;
  /// Everything that is left.
  std::string_view rest() noexcept;

private:
  std::string_view rest_;
};

} // namespace arauto::fuzz
