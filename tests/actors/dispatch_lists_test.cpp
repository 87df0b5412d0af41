#include "tests/support/actor_fixture.hpp"

#include <algorithm>
#include <map>
#include <random>
#include <set>

namespace arauto {
namespace {

class DispatchLists : public test::ActorFixture {
protected:
  session_actor make_session() {
    gate_pass pass;
    pass.owner = broadcaster_;
    return make_light<session, session_actor>(threads[0]->unit, *up, "sid", pass);
  }
  static session* raw(const session_actor& x) {
    return static_cast<session*>(caf::actor_cast<caf::abstract_actor*>(x));
  }

  dispatch_lists lists;
  test::fake_outbox out;
  connection_services parts{threads[0]->unit, *threads[0]->admission, lists, packets};
  connection_actor up_handle = make_light<connection, connection_actor>(threads[0]->unit, parts, out, handshake{});
  connection* up = static_cast<connection*>(caf::actor_cast<caf::abstract_actor*>(up_handle));
};

// Any order of joining and leaving leaves every list with exactly its members, each once.
TEST_F(DispatchLists, AgreeWithAPlainModelUnderRandomOperations) {
  std::mt19937 random{7};
  std::vector<session_actor> sessions;
  std::map<int, std::set<session*>> model;
  std::set<session*> placed;
  const auto key = [](int i) {
    return list_key{static_cast<list_key::part>(i % 3), static_cast<instance_number>(i / 3)};
  };
  for (int i = 0; i < 40; ++i)
    sessions.push_back(make_session());
  for (int step = 0; step < 20000; ++step) {
    auto* who = raw(sessions[random() % sessions.size()]);
    if (placed.insert(who).second) {
      const auto i = static_cast<int>(random() % 12);
      lists.insert(*who, key(i));
      model[i].insert(who);
    } else {
      lists.remove(*who);
      placed.erase(who);
      for (auto& [i, members] : model)
        members.erase(who);
    }
    for (int i = 0; i < 12; ++i) {
      const auto* members = lists.find(key(i));
      const std::set<session*> got =
          members == nullptr ? std::set<session*>{} : std::set<session*>(members->begin(), members->end());
      ASSERT_EQ(got, model[i]) << "step " << step;
      ASSERT_EQ(members == nullptr ? 0U : members->size(), got.size());
    }
  }
  for (auto* who : placed)
    lists.remove(*who);
  EXPECT_EQ(lists.size(), 0U);
}

} // namespace
} // namespace arauto
