#include "actors/identifiers.hpp"

#include "net/random_id.hpp"

#include <algorithm>
#include <cctype>
#include <chrono>

namespace arauto {

std::string fresh_token() {
  auto x = random_uuid();
  std::transform(x.begin(), x.end(), x.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return x;
}

std::string fresh_row_id() {
  constexpr std::size_t characters = 24;
  std::string x = "c";
  while (x.size() < characters + 1)
    for (const char c : random_id(characters))
      if (std::isalnum(static_cast<unsigned char>(c)) != 0 && x.size() < characters + 1)
        x += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return x;
}

std::int64_t unix_ms() {
  using namespace std::chrono;
  return duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
}

} // namespace arauto
