#include "actors/room_index.hpp"

#include "actors/session.hpp"

#include <algorithm>

namespace arauto {

void room_index::join(session& who, instance_number nsp, std::string_view name) {
  if (is_in(who, name))
    return;
  const auto in = rooms_.try_emplace(key{nsp, name}).first;
  who.own_rooms().push_back({in, in->second.size()});
  in->second.push_back(&who);
}

/// The last member takes the free place: order within a room means nothing.
void room_index::take_out(const session& who, const place& x) {
  auto& all = x.in->second;
  auto* last = all.back();
  all[x.position] = last;
  all.pop_back();
  if (all.empty()) {
    rooms_.erase(x.in);
    return;
  }
  if (last == &who)
    return;
  for (auto& theirs : last->own_rooms())
    if (theirs.in == x.in)
      theirs.position = x.position;
}

void room_index::leave(session& who, std::string_view name) {
  auto* mine = who.rooms();
  if (mine == nullptr)
    return;
  const auto at = std::find_if(mine->begin(), mine->end(), [&](const auto& x) { return x.in->first.second == name; });
  if (at == mine->end())
    return;
  take_out(who, *at);
  mine->erase(at);
}

std::vector<std::string> room_index::leave_all(session& who) {
  auto names = names_of(who);
  if (auto* mine = who.rooms()) {
    for (const auto& x : *mine)
      take_out(who, x);
    mine->clear();
  }
  return names;
}

const room_index::members* room_index::find(instance_number nsp, const std::string& name) const {
  const auto at = rooms_.find(key{nsp, name});
  return at == rooms_.end() ? nullptr : &at->second;
}

bool room_index::is_in(session& who, std::string_view name) noexcept {
  const auto* mine = who.rooms();
  return mine != nullptr &&
         std::any_of(mine->begin(), mine->end(), [&](const auto& x) { return x.in->first.second == name; });
}

std::vector<std::string> room_index::names_of(session& who) {
  std::vector<std::string> names;
  if (const auto* mine = who.rooms())
    for (const auto& x : *mine)
      names.push_back(x.in->first.second);
  return names;
}

} // namespace arauto
