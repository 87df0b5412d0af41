#include "actors/offset.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace arauto {

namespace {

constexpr std::size_t epoch_digits = 16;

bool is_lower_hex(char x) noexcept {
  return (x >= '0' && x <= '9') || (x >= 'a' && x <= 'f');
}

} // namespace

std::string to_string(const offset& x) {
  std::array<char, epoch_digits> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), x.epoch, 16).ptr;
  const auto count = static_cast<std::size_t>(end - digits.data());
  std::string out(epoch_digits - count, '0');
  out.append(digits.data(), count);
  out += '-';
  return out += std::to_string(x.sequence);
}

std::optional<offset> read_offset(std::string_view text) noexcept {
  if (text.size() < epoch_digits + 2 || text[epoch_digits] != '-')
    return std::nullopt;
  const auto epoch = text.substr(0, epoch_digits);
  const auto sequence = text.substr(epoch_digits + 1);
  if (!std::all_of(epoch.begin(), epoch.end(), is_lower_hex) || (sequence.front() == '0' && sequence.size() > 1))
    return std::nullopt;
  offset x;
  std::from_chars(epoch.data(), epoch.data() + epoch.size(), x.epoch, 16);
  const auto read = std::from_chars(sequence.data(), sequence.data() + sequence.size(), x.sequence);
  if (read.ec != std::errc{} || read.ptr != sequence.data() + sequence.size())
    return std::nullopt;
  return x;
}

} // namespace arauto
