#include "tests/fuzz/target.hpp"

#include <cstdlib>
#include <iostream>
#include <utility>

namespace arauto::fuzz {

std::map<std::string_view, target>& targets() {
  static std::map<std::string_view, target> all;
  return all;
}

void require(bool holds, std::string_view what) {
  if (holds)
    return;
  std::cerr << "does not hold: " << what << std::endl;
  std::abort();
}

chance::chance(std::string_view input) noexcept : state_{0xCBF29CE484222325U} {
  for (const char x : input) // FNV-1a.
    state_ = (state_ ^ static_cast<unsigned char>(x)) * 0x100000001B3U;
}

std::size_t chance::below(std::size_t end) noexcept {
  auto x = state_ += 0x9E3779B97F4A7C15U;
  x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9U;
  x = (x ^ x >> 27) * 0x94D049BB133111EBU;
  return static_cast<std::size_t>((x ^ x >> 31) % end);
}

std::vector<std::string_view> cut(std::string_view whole, chance& by) {
  constexpr std::size_t few = 4;
  std::vector<std::string_view> pieces;
  while (!whole.empty()) {
    const auto size = 1 + by.below(by.below(2) == 0 ? few : whole.size());
    pieces.push_back(whole.substr(0, size));
    whole.remove_prefix(pieces.back().size());
  }
  return pieces;
}

std::size_t operations::below(std::size_t end) noexcept {
  if (rest_.empty())
    return 0;
  const auto byte = static_cast<unsigned char>(rest_.front());
  rest_.remove_prefix(1);
  return byte % end;
}

std::string_view operations::text() noexcept {
  const auto size = below(256);
  const auto x = rest_.substr(0, size);
  rest_.remove_prefix(x.size());
  return x;
}

std::string_view operations::rest() noexcept {
  return std::exchange(rest_, {});
}

} // namespace arauto::fuzz
