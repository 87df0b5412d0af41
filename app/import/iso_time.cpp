#include "app/import/iso_time.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>

namespace arauto::app {

std::optional<std::int64_t> parse_iso_time(std::string_view text) {
  constexpr std::string_view shape = "dddd-dd-ddTdd:dd:dd.dddZ";
  const auto fits = [](char c, char at) { return at == 'd' ? c >= '0' && c <= '9' : c == at; };
  if (!std::ranges::equal(text, shape, fits))
    return std::nullopt;
  const auto number = [text](std::size_t at, std::size_t digits) {
    int x = 0;
    std::from_chars(text.data() + at, text.data() + at + digits, x);
    return x;
  };
  namespace c = std::chrono;
  const c::year_month_day day{c::year{number(0, 4)}, c::month{static_cast<unsigned>(number(5, 2))},
                              c::day{static_cast<unsigned>(number(8, 2))}};
  const auto hour = number(11, 2);
  const auto minute = number(14, 2);
  const auto second = number(17, 2);
  if (!day.ok() || hour > 23 || minute > 59 || second > 59)
    return std::nullopt;
  const auto at =
      c::sys_days{day} + c::hours{hour} + c::minutes{minute} + c::seconds{second} + c::milliseconds{number(20, 3)};
  return c::duration_cast<c::milliseconds>(at.time_since_epoch()).count();
}

} // namespace arauto::app
