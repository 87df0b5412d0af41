#include "actors/dispatch_lists.hpp"

#include "actors/session.hpp"

#include <utility>

namespace arauto {

void dispatch_lists::insert(session& who, const list_key& list) {
  auto& members = lists_[list];
  who.place_in_list() = {list, static_cast<std::uint32_t>(members.size())};
  members.push_back(&who);
}

void dispatch_lists::remove(session& who) {
  const auto old = std::exchange(who.place_in_list(), {});
  if (old.position == place::none)
    return;
  const auto at = lists_.find(old.list);
  auto& members = at->second;
  // The last one takes the free place: order within a list means nothing.
  auto* last = members.back();
  members[old.position] = last;
  members.pop_back();
  if (members.empty())
    lists_.erase(at);
  else if (last != &who)
    last->place_in_list().position = old.position;
}

const std::vector<session*>* dispatch_lists::find(const list_key& list) const noexcept {
  const auto at = lists_.find(list);
  return at == lists_.end() ? nullptr : &at->second;
}

} // namespace arauto
