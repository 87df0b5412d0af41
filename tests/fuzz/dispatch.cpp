// What finds the sessions of an event (dispatch lists, rooms, the sessions of an owner) under any sequence of
// operations, against plain maps and sets.
#include "tests/fuzz/target.hpp"
#include "tests/support/actor_fixture.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace arauto::fuzz {
namespace {

constexpr std::size_t session_count = 12;
constexpr std::size_t list_count = 6;
constexpr std::size_t room_count = 4;

/// Sessions that are never joined to anything but the indices here.
class sessions final : public test::ActorFixture {
public:
  sessions() {
    for (std::size_t i = 0; i < session_count; ++i) {
      gate_pass pass;
      pass.owner = broadcaster_;
      all_.push_back(make_light<session, session_actor>(threads[0]->unit, *up_, "sid", pass));
    }
  }

  const std::vector<session_actor>& all() const noexcept { return all_; }

private:
  void TestBody() override {}

  dispatch_lists unused_;
  test::fake_outbox out_;
  connection_services parts_{threads[0]->unit, *threads[0]->admission, unused_, packets};
  connection_actor up_handle_ = make_light<connection, connection_actor>(threads[0]->unit, parts_, out_, handshake{});
  connection* up_ = static_cast<connection*>(caf::actor_cast<caf::abstract_actor*>(up_handle_));
  std::vector<session_actor> all_;
};

class indices {
public:
  explicit indices(const std::vector<session_actor>& all) : all_{&all} {}
  ~indices() {
    for (std::size_t i = 0; i < all_->size(); ++i) {
      lists_.remove(*raw(i));
      lists_.rooms().leave_all(*raw(i));
    }
    require(lists_.size() == 0, "no list is left when all have left");
  }
  indices(const indices&) = delete;
  indices& operator=(const indices&) = delete;

  void step(operations& in) {
    const auto who = in.below(all_->size());
    switch (in.below(7)) {
    case 0:
      return change_list(who, in.below(list_count));
    case 1:
      return join_room(who, in.below(room_count));
    case 2:
      return leave_room(who, in.below(room_count));
    case 3:
      return leave_rooms(who);
    case 4:
      return add(who, in.below(3), in.below(2) == 0);
    case 5:
      return remove(who);
    default:
      return check();
    }
  }

  void check() {
    for (std::size_t i = 0; i < list_count; ++i)
      require(members_of(lists_.find(key(i))) == expected(in_list_, i), "a list has exactly its members");
    for (std::size_t i = 0; i < room_count; ++i)
      for (instance_number nsp = 0; nsp < 2; ++nsp)
        require(members_of(lists_.rooms().find(nsp, room(i))) == room_members(nsp, i),
                "a room has exactly its members");
    check_set();
  }

private:
  session* raw(std::size_t who) const {
    return static_cast<session*>(caf::actor_cast<caf::abstract_actor*>((*all_)[who]));
  }
  static list_key key(std::size_t list) {
    return {static_cast<list_key::part>(list % 3), static_cast<instance_number>(list / 3)};
  }
  static std::string room(std::size_t i) { return i == 0 ? std::string{} : "room " + std::to_string(i); }
  /// Rooms belong to the one namespace of a session.
  static instance_number nsp_of(std::size_t who) { return static_cast<instance_number>(who % 2); }
  static std::string sid(std::size_t i) {
    return i == 2 ? "short" : std::string(session_sid_characters, static_cast<char>('a' + i));
  }

  static std::multiset<const session*> members_of(const std::vector<session*>* list) {
    require(list == nullptr || !list->empty(), "an empty list vanishes");
    return list == nullptr ? std::multiset<const session*>{}
                           : std::multiset<const session*>{list->begin(), list->end()};
  }
  std::multiset<const session*> expected(const std::map<std::size_t, std::size_t>& model, std::size_t list) const {
    std::multiset<const session*> members;
    for (const auto& [who, at] : model)
      if (at == list)
        members.insert(raw(who));
    return members;
  }
  std::multiset<const session*> room_members(instance_number nsp, std::size_t of) const {
    std::multiset<const session*> members;
    for (const auto& [who, rooms] : rooms_)
      if (nsp_of(who) == nsp && std::ranges::find(rooms, of) != rooms.end())
        members.insert(raw(who));
    return members;
  }

  void change_list(std::size_t who, std::size_t list) {
    if (in_list_.erase(who) != 0)
      return lists_.remove(*raw(who));
    lists_.remove(*raw(who)); // It is in none: nothing happens.
    lists_.insert(*raw(who), key(list));
    in_list_[who] = list;
  }

  void join_room(std::size_t who, std::size_t at) {
    lists_.rooms().join(*raw(who), nsp_of(who), room(at));
    auto& rooms = rooms_[who];
    if (std::ranges::find(rooms, at) == rooms.end())
      rooms.push_back(at);
    check_names(who);
  }

  void leave_room(std::size_t who, std::size_t at) {
    lists_.rooms().leave(*raw(who), room(at));
    std::erase(rooms_[who], at);
    require(!room_index::is_in(*raw(who), room(at)), "who has left is out");
    check_names(who);
  }

  void leave_rooms(std::size_t who) {
    require(lists_.rooms().leave_all(*raw(who)) == names(who), "who leaves tells the rooms in the order of joining");
    rooms_.erase(who);
    check_names(who);
  }

  std::vector<std::string> names(std::size_t who) {
    std::vector<std::string> all;
    for (const auto x : rooms_[who])
      all.push_back(room(x));
    return all;
  }
  void check_names(std::size_t who) {
    require(room_index::names_of(*raw(who)) == names(who), "a session knows its rooms");
  }

  void add(std::size_t who, std::size_t as, bool is_recoverable) {
    join x;
    x.who = (*all_)[who];
    x.loop = static_cast<std::uint16_t>(who % 2);
    x.sid = sid(as);
    x.is_recoverable = is_recoverable;
    const auto is_new = !joined_.contains(who);
    require(owned_.add(x) == is_new, "a session is added once");
    if (!is_new)
      return;
    joined_[who] = as;
    if (is_recoverable && as != 2)
      by_sid_[as] = who;
  }

  void remove(std::size_t who) {
    leave x;
    x.who = (*all_)[who];
    x.loop = static_cast<std::uint16_t>(who % 2);
    const auto known = joined_.find(who);
    x.sid = known == joined_.end() ? "" : sid(known->second);
    require(owned_.remove(x) == (known != joined_.end()), "a member is removed once");
    if (known == joined_.end())
      return;
    if (const auto at = by_sid_.find(known->second); at != by_sid_.end() && at->second == who)
      by_sid_.erase(at);
    joined_.erase(known);
  }

  void check_set() const {
    require(owned_.size() == joined_.size(), "a set has its members");
    std::size_t on_second = 0;
    for (std::size_t i = 0; i < all_->size(); ++i) {
      require((owned_.find((*all_)[i]) != nullptr) == joined_.contains(i), "a member is found by its actor");
      on_second += joined_.contains(i) && i % 2 == 1 ? 1 : 0;
    }
    require(owned_.reaches(0) == (joined_.size() != on_second) && owned_.reaches(1) == (on_second != 0),
            "a set knows where its members live");
    for (std::size_t i = 0; i < 3; ++i) {
      const auto* found = owned_.find(sid(i));
      const auto known = by_sid_.find(i);
      require((found != nullptr) == (known != by_sid_.end()), "a member is found by its id");
      require(found == nullptr || found->who == (*all_)[known->second], "an id names the newest");
    }
  }

  const std::vector<session_actor>* all_;
  dispatch_lists lists_;
  session_set owned_{2};
  std::map<std::size_t, std::size_t> in_list_;
  std::map<std::size_t, std::vector<std::size_t>> rooms_;
  std::map<std::size_t, std::size_t> joined_;
  std::map<std::size_t, std::size_t> by_sid_;
};

void run(std::string_view input) {
  // One system of actors for all inputs. It is not destroyed, since CAF does not survive that in an exit handler.
  static const auto& those = *new sessions;
  indices x{those.all()};
  for (operations in{input}; !in.empty();)
    x.step(in);
  x.check();
}

const registration it{"dispatch", run};

} // namespace
} // namespace arauto::fuzz
