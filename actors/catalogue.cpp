#include "actors/catalogue.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

namespace arauto {

namespace {

constexpr std::array<known_event, catalogue_size> catalogue{{
    {"application.startup", "APPLICATION_STARTUP", true},
    {"qrcode.updated", "QRCODE_UPDATED", true},
    {"messages.set", "MESSAGES_SET", true},
    {"messages.upsert", "MESSAGES_UPSERT", true},
    {"messages.edited", "MESSAGES_EDITED", true},
    {"messages.update", "MESSAGES_UPDATE", true},
    {"messages.delete", "MESSAGES_DELETE", true},
    {"send.message", "SEND_MESSAGE", true},
    {"send.message.update", "SEND_MESSAGE_UPDATE", true},
    {"contacts.set", "CONTACTS_SET", true},
    {"contacts.upsert", "CONTACTS_UPSERT", true},
    {"contacts.update", "CONTACTS_UPDATE", true},
    {"presence.update", "PRESENCE_UPDATE", true},
    {"chats.set", "CHATS_SET", true},
    {"chats.upsert", "CHATS_UPSERT", true},
    {"chats.update", "CHATS_UPDATE", true},
    {"chats.delete", "CHATS_DELETE", true},
    {"groups.upsert", "GROUPS_UPSERT", true},
    {"groups.update", "GROUP_UPDATE", true},
    {"group-participants.update", "GROUP_PARTICIPANTS_UPDATE", true},
    {"connection.update", "CONNECTION_UPDATE", true},
    {"labels.edit", "LABELS_EDIT", true},
    {"labels.association", "LABELS_ASSOCIATION", true},
    {"call", "CALL", true},
    {"typebot.start", "TYPEBOT_START", true},
    {"typebot.change-status", "TYPEBOT_CHANGE_STATUS", true},
    {"remove.instance", "REMOVE_INSTANCE", true},
    {"logout.instance", "LOGOUT_INSTANCE", true},
    {"instance.create", "INSTANCE_CREATE", true},
    {"instance.delete", "INSTANCE_DELETE", true},
    {"status.instance", "STATUS_INSTANCE", true},
    {"creds.update", "CREDS_UPDATE", false},
    {"messaging-history.set", "MESSAGING_HISTORY_SET", false},
}};

using spelling = std::pair<std::string_view, catalogue_index>;

/// Shorter ones first: most pairs of names are told apart without a look at their letters.
constexpr bool precedes(std::string_view a, std::string_view b) noexcept {
  return a.size() != b.size() ? a.size() < b.size() : a < b;
}

/// Every accepted spelling, sorted for binary search.
constexpr auto spellings = [] {
  std::array<spelling, 2 * catalogue_size + 1> all;
  std::size_t n = 0;
  for (std::size_t i = 0; i < catalogue_size; ++i) {
    all[n++] = {catalogue[i].wire_name, static_cast<catalogue_index>(i)};
    all[n++] = {catalogue[i].config_name, static_cast<catalogue_index>(i)};
    if (catalogue[i].config_name == "GROUP_UPDATE")
      all[n++] = {"GROUPS_UPDATE", static_cast<catalogue_index>(i)};
  }
  std::sort(all.begin(), all.end(), [](const spelling& a, const spelling& b) { return precedes(a.first, b.first); });
  return all;
}();

/// Socket.IO clients raise these themselves and refuse to take them from a server ("reserved events").
constexpr std::string_view reserved_names[] = {"connect", "connect_error", "disconnect", "disconnecting"};

/// Longer names are near nothing: it bounds the work that a name can cause.
constexpr std::size_t comparable_length_max = 64;

constexpr bool is_lower_or_digit(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

bool are_one_slip_apart(std::string_view a, std::string_view b) noexcept {
  if (a.size() < b.size())
    std::swap(a, b);
  if (a.size() - b.size() > 1)
    return false;
  std::size_t same = 0;
  while (same < b.size() && a[same] == b[same])
    ++same;
  const auto rest_a = a.substr(same);
  const auto rest_b = b.substr(same);
  if (rest_a.size() != rest_b.size())
    return rest_a.substr(1) == rest_b;
  if (rest_a.empty() || rest_a.substr(1) == rest_b.substr(1))
    return true;
  return rest_a.substr(2) == rest_b.substr(2) && rest_a[0] == rest_b[1] && rest_a[1] == rest_b[0];
}

/// Levenshtein's distance. Preconditions: neither text is longer than `comparable_length_max`.
std::size_t edit_distance(std::string_view a, std::string_view b) noexcept {
  std::array<std::size_t, comparable_length_max + 1> row;
  for (std::size_t j = 0; j <= b.size(); ++j)
    row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    auto diagonal = std::exchange(row[0], i);
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const auto replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({replaced, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row[b.size()];
}

} // namespace

const known_event& known_event_at(catalogue_index index) noexcept {
  return catalogue[index];
}

std::optional<catalogue_index> find_event(std::string_view name) noexcept {
  const auto at = std::lower_bound(spellings.begin(), spellings.end(), name,
                                   [](const spelling& x, std::string_view y) { return precedes(x.first, y); });
  if (at == spellings.end() || at->first != name)
    return std::nullopt;
  return at->second;
}

std::optional<catalogue_index> find_selectable(std::string_view config_name) noexcept {
  const auto index = find_event(config_name);
  if (!index || !catalogue[*index].is_selectable || catalogue[*index].wire_name == config_name)
    return std::nullopt;
  return index;
}

bool is_custom_event_name(std::string_view name) noexcept {
  return !name.empty() && name.size() <= 64 && is_lower_or_digit(name.front()) &&
         std::all_of(name.begin(), name.end(),
                     [](char c) { return is_lower_or_digit(c) || c == '.' || c == '_' || c == '-'; }) &&
         std::find(std::begin(reserved_names), std::end(reserved_names), name) == std::end(reserved_names);
}

bool resembles_known_event(std::string_view name) noexcept {
  return std::any_of(catalogue.begin(), catalogue.end(), [name](const known_event& x) {
    return x.wire_name.size() >= 6 && are_one_slip_apart(name, x.wire_name);
  });
}

std::vector<std::string_view> near_events(std::string_view name) {
  if (name.empty() || name.size() > comparable_length_max)
    return {};
  std::vector<std::pair<std::size_t, std::string_view>> found;
  for (const auto& x : catalogue) {
    const auto distance = std::min(edit_distance(name, x.wire_name), edit_distance(name, x.config_name));
    if (distance <= name.size() / 3 + 1)
      found.emplace_back(distance, x.wire_name);
  }
  std::stable_sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<std::string_view> nearest;
  for (std::size_t i = 0; i < found.size() && i < 3; ++i)
    nearest.push_back(found[i].second);
  return nearest;
}

} // namespace arauto
