#include "tests/isolation/marks.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace arauto::isolation {

namespace {

/// The tilde is in no base64, so no hash and no sid looks like a mark.
constexpr std::string_view mark_head = "zq~";
constexpr std::size_t digits_end = mark_head.size() + 3;
constexpr std::size_t mark_bytes = digits_end + 1;
constexpr std::size_t id_bytes = 36;
constexpr std::size_t id_first_part = 8;

bool is_digit(char x) noexcept {
  return x >= '0' && x <= '9';
}

bool goes_on(char x) noexcept {
  return std::isalnum(static_cast<unsigned char>(x)) != 0 || x == '-';
}

void find_planted(std::string_view text, std::vector<sighting>& out) {
  for (auto at = text.find(mark_head); at != std::string_view::npos; at = text.find(mark_head, at + 1)) {
    const auto rest = text.substr(at);
    if (rest.size() < mark_bytes ||
        !std::all_of(rest.begin() + mark_head.size(), rest.begin() + digits_end, is_digit) ||
        std::islower(static_cast<unsigned char>(rest[digits_end])) == 0)
      continue;
    std::size_t tenant = 0;
    for (const auto digit : rest.substr(mark_head.size(), 3))
      tenant = tenant * 10 + static_cast<std::size_t>(digit - '0');
    const auto is_name = rest[digits_end] == 'n';
    const auto end = std::find_if_not(rest.begin() + mark_bytes, rest.end(), goes_on);
    const auto size = is_name ? mark_bytes : static_cast<std::size_t>(end - rest.begin());
    if (tenant < tenant_count)
      out.push_back({tenant, rest.substr(0, size)});
  }
}

void find_ids(std::string_view text, const id_book& ids, std::vector<sighting>& out) {
  for (auto at = text.find('-'); at != std::string_view::npos; at = text.find('-', at + 1)) {
    if (at < id_first_part || at - id_first_part + id_bytes > text.size() || text[at + 5] != '-')
      continue;
    const auto found = ids.find(text.substr(at - id_first_part, id_bytes));
    if (found != ids.end())
      out.push_back({found->second, found->first});
  }
}

} // namespace

std::string mark_of(std::size_t tenant, char kind) {
  std::string digits = std::to_string(1000 + tenant).substr(1);
  return std::string{mark_head} + digits + kind;
}

std::string name_of(std::size_t tenant) {
  static constexpr std::array<std::string_view, 8> tails{
      "", " Loja São João", "-2", ".prod", "\"quoted\\", "+a&b=c;d", " trailing ", "\xF0\x9F\x93\xA3:@!$'()*"};
  return mark_of(tenant, 'n') + std::string{tails[tenant % tails.size()]};
}

std::vector<sighting> find_marks(std::string_view text, const id_book& ids) {
  std::vector<sighting> out;
  find_planted(text, out);
  find_ids(text, ids, out);
  return out;
}

} // namespace arauto::isolation
