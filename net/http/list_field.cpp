#include "net/http/list_field.hpp"

#include "net/http/message.hpp"

#include <algorithm>

namespace arauto::http {

std::string_view next_item(std::string_view& rest, char separator) noexcept {
  constexpr std::string_view space = " \t";
  const auto end = std::min(rest.find(separator), rest.size());
  auto item = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  item.remove_prefix(std::min(item.find_first_not_of(space), item.size()));
  return item.substr(0, item.find_last_not_of(space) + 1);
}

bool has_directive(std::string_view list, std::string_view name) noexcept {
  while (!list.empty())
    if (equals_ignoring_case(next_item(list, ','), name))
      return true;
  return false;
}

} // namespace arauto::http
