#include "net/http/accept_encoding.hpp"

#include "net/http/list_field.hpp"
#include "net/http/message.hpp"

#include <algorithm>
#include <optional>

namespace arauto::http {

namespace {

/// In thousandths.
constexpr unsigned weight_max = 1000;
using weight = std::optional<unsigned>;

/// `0.5`, `1`, `0.125`: at most three digits behind the point, at most 1.
unsigned read_weight(std::string_view text) noexcept {
  const auto is_digit = [](char x) { return x >= '0' && x <= '9'; };
  if (text.empty() || (text[0] != '0' && text[0] != '1') || text.size() > 5 || (text.size() > 1 && text[1] != '.'))
    return 0;
  const auto decimals = text.substr(std::min<std::size_t>(2, text.size()));
  if (!std::all_of(decimals.begin(), decimals.end(), is_digit))
    return 0;
  unsigned x = text[0] == '1' ? weight_max : 0;
  unsigned place = weight_max / 10;
  for (const auto digit : decimals) {
    x += static_cast<unsigned>(digit - '0') * place;
    place /= 10;
  }
  return x <= weight_max ? x : 0;
}

unsigned weight_of(std::string_view parameters) noexcept {
  while (!parameters.empty()) {
    auto parameter = next_item(parameters, ';');
    if (equals_ignoring_case(next_item(parameter, '='), "q"))
      return read_weight(next_item(parameter, '='));
  }
  return weight_max;
}

} // namespace

bool accepts_gzip(std::string_view accept_encoding) noexcept {
  weight gzip;
  weight identity;
  weight any;
  while (!accept_encoding.empty()) {
    auto parameters = next_item(accept_encoding, ',');
    const auto coding = next_item(parameters, ';');
    const auto x = weight_of(parameters);
    if (equals_ignoring_case(coding, "gzip") || equals_ignoring_case(coding, "x-gzip"))
      gzip = std::max(gzip.value_or(0), x);
    else if (equals_ignoring_case(coding, "identity"))
      identity = std::max(identity.value_or(0), x);
    else if (coding == "*")
      any = std::max(any.value_or(0), x);
  }
  const auto wanted = gzip ? *gzip : any.value_or(0);
  return wanted > 0 && wanted >= identity.value_or(any.value_or(0));
}

} // namespace arauto::http
