#include "actors/dispatch_lists.hpp"

#include "actors/session.hpp"

#include <algorithm>

namespace arauto {

void dispatch_lists::insert(session& who, const list_key& list) {
  auto& members = lists_[list];
  who.places().push_back({list, static_cast<std::uint32_t>(members.size())});
  members.push_back(&who);
}

void dispatch_lists::remove(session& who) {
  for (const auto& x : who.places()) {
    const auto at = lists_.find(x.list);
    auto& members = at->second;
    // The last one takes the free place: order within a list means nothing.
    auto* last = members.back();
    members[x.position] = last;
    members.pop_back();
    if (members.empty()) {
      lists_.erase(at);
      continue;
    }
    if (last != &who)
      for (auto& theirs : last->places())
        if (theirs.list == x.list)
          theirs.position = x.position;
  }
  who.places().clear();
}

const std::vector<session*>* dispatch_lists::find(const list_key& list) const noexcept {
  const auto at = lists_.find(list);
  return at == lists_.end() ? nullptr : &at->second;
}

} // namespace arauto
