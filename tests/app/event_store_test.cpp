#include "app/store/event_store.hpp"
#include "tests/support/stored_events.hpp"

#include <gmock/gmock.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sys/stat.h>

namespace arauto::app {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// A log in a fresh directory, which may be opened again.
class EventStore : public testing::Test {
protected:
  EventStore() {
    std::string name = (std::filesystem::temp_directory_path() / "arauto-log-XXXXXX").string();
    directory = mkdtemp(name.data());
    open();
  }
  ~EventStore() override {
    store.reset();
    data.reset();
    std::filesystem::remove_all(directory);
  }

  void open() {
    store.reset();
    data.reset();
    data = std::make_unique<data_directory>(directory);
    store = std::make_unique<sqlite_event_store>(*data, settings);
  }

  event_page read(const event_query& x = {}) { return store->open_reader(test::emitter_as_stored())->read(x); }

  /// Paths of the segments, oldest first.
  std::vector<std::filesystem::path> segments() const {
    std::vector<std::filesystem::path> all;
    for (const auto& x : std::filesystem::directory_iterator(directory / "events"))
      if (x.path().extension() == ".db" && x.path().filename() != "index.db")
        all.push_back(x.path());
    std::sort(all.begin(), all.end());
    return all;
  }

  void change(const char* sql, std::size_t segment = 0) {
    sqlite::database file{segments().at(segment).string()};
    file.run(sql);
  }

  std::filesystem::path directory;
  event_store_settings settings;
  std::unique_ptr<data_directory> data;
  std::unique_ptr<sqlite_event_store> store;
};

TEST_F(EventStore, GivesBackEveryMemberOfAnEvent) {
  auto who = std::make_shared<emitter>();
  who->id = "the id";
  who->name = "the \"name\"";
  who->api_key_json = "\"secret\"";
  const boost::intrusive_ptr<event> x{new event};
  x->from = who;
  x->what.body = std::make_shared<const std::string>(R"({"a":"ä€😀"}"sender")");
  x->what.data = std::string_view{*x->what.body}.substr(0, x->what.body->size() - 8);
  x->what.sender = std::string_view{*x->what.body}.substr(x->what.body->size() - 8);
  x->what.name = "my.event";
  x->what.more = R"(,"k":1)";
  x->date_time_json = "\"now\"";
  x->server_url_json = "\"url\"";
  x->sequence = 1;
  x->is_selected = true;
  const event_ptr kept{x};
  store->append({&kept, 1}, {}, 77);
  const auto page = read();
  ASSERT_EQ(page.events.size(), 1U);
  EXPECT_EQ(page.events[0].placed_at_ms, 77);
  const auto& got = *page.events[0].what;
  EXPECT_EQ(got.from->id, "the id");
  EXPECT_EQ(got.sequence, 1U);
  EXPECT_TRUE(got.is_selected);
  who->api_key_json = "null"; // Never stored.
  EXPECT_EQ(envelope_json(got), envelope_json(*x));
}

TEST_F(EventStore, KeepsOnlyThePlaceOfAnEventWhoseInstanceLetsNothingBeKept) {
  const auto x = test::placed_event(1, "a", R"("the secret of a")");
  auto who = std::make_shared<emitter>(*x->from);
  who->keeps_events = false;
  boost::intrusive_ptr<event> secret{new event{*x}};
  secret->from = std::move(who);
  const event_ptr kept = secret;
  store->append({&kept, 1}, {}, 1000);
  open();
  const auto page = read();
  ASSERT_EQ(page.events.size(), 1U);
  EXPECT_TRUE(page.events[0].is_gap());
  EXPECT_EQ(page.events[0].what->what.name, "call");
  for (const auto& file : std::filesystem::directory_iterator(directory / "events")) {
    std::ifstream bytes{file.path(), std::ios::binary};
    const std::string all{std::istreambuf_iterator<char>{bytes}, {}};
    EXPECT_EQ(all.find("the secret of a"), std::string::npos) << file.path();
  }
}

TEST_F(EventStore, GivesEachEventTheEpochInWhichItWasPlaced) {
  test::append_of(*store, {"a"});
  const auto before = store->extent()->now().number;
  open();
  test::append_of(*store, {"a"});
  const auto page = read();
  ASSERT_EQ(page.events.size(), 2U);
  EXPECT_EQ(page.events[0].what->epoch, before);
  EXPECT_EQ(page.events[1].what->epoch, store->extent()->now().number);
}

TEST_F(EventStore, IsThereAgainAfterARestart) {
  test::append_of(*store, {"a", "b"});
  const auto before = store->extent()->at(2);
  open();
  EXPECT_EQ(store->last(), 2U);
  test::append_of(*store, {"a"});
  EXPECT_THAT(test::sequences_of(read()), ElementsAre(1, 2, 3));
  EXPECT_EQ(store->extent()->find(before), 2U);
  EXPECT_NE(store->extent()->now().number, before.epoch);
  EXPECT_EQ(store->extent()->find({before.epoch, 3}), std::nullopt) << "that place was never given in that epoch";
}

TEST_F(EventStore, KnowsClaimsAsLongAsTheirEventsButForADay) {
  constexpr std::int64_t day_ms = 86400000;
  settings.age_max = std::chrono::hours{240};
  open();
  const auto key = claim_digest::of("key");
  const auto keep = [&](const std::string& instance, const char* body, std::int64_t now_ms) {
    const std::array events{test::placed_event(store->last() + 1, instance)};
    const std::array claims{event_claim{events[0], key, claim_digest::of(body)}};
    store->append(events, claims, now_ms);
  };
  keep("a", "one", 1000);
  keep("b", "two", 2000);
  EXPECT_FALSE(store->find_claim("id-of-a", claim_digest::of("another"), 2000));
  EXPECT_FALSE(store->find_claim("id-of-c", key, 2000));
  for (int i = 0; i < 2; ++i) {
    const auto found = store->find_claim("id-of-a", key, 1000 + day_ms);
    ASSERT_TRUE(found);
    EXPECT_EQ(found->body, claim_digest::of("one"));
    EXPECT_EQ(found->last, 1U);
    EXPECT_EQ(store->find_claim("id-of-b", key, 2000)->last, 2U);
    EXPECT_FALSE(store->find_claim("id-of-a", key, 1001 + day_ms));
    open(); // Once more after a restart.
  }
  keep("a", "three", 2000 + day_ms);
  EXPECT_EQ(store->find_claim("id-of-a", key, 2000 + day_ms)->last, 3U);
  store->erase("id-of-a");
  while (store->purge(2000 + day_ms)) {
  }
  EXPECT_FALSE(store->find_claim("id-of-a", key, 2000 + day_ms));
}

TEST_F(EventStore, KeepsItsFilesToItself) {
  test::append_of(*store, {"a"});
  for (const auto& x : std::filesystem::directory_iterator(directory / "events")) {
    struct stat file {};
    ASSERT_EQ(::stat(x.path().c_str(), &file), 0);
    EXPECT_EQ(file.st_mode & 0777, 0600U) << x.path();
  }
}

TEST_F(EventStore, GivesPagesOfAnInstanceInOrderAcrossSegments) {
  settings.segment_bytes = 1;
  open();
  for (int i = 0; i < 5; ++i)
    test::append_of(*store, {"a", "b", "a"});
  EXPECT_GE(segments().size(), 4U);
  event_query x;
  x.instances = {{"id-of-a"}};
  x.events_max = 3;
  std::vector<event_sequence> all;
  for (auto page = read(x);; page = read(x)) {
    const auto got = test::sequences_of(page);
    all.insert(all.end(), got.begin(), got.end());
    x.after = page.through;
    if (page.is_end)
      break;
  }
  EXPECT_THAT(all, ElementsAre(1, 3, 4, 6, 7, 9, 10, 12, 13, 15));
  event_query named;
  named.name = "messages.upsert";
  EXPECT_THAT(test::sequences_of(read(named)), IsEmpty());
  EXPECT_EQ(read(named).through, 15U);
}

TEST_F(EventStore, NeverGivesAnEventThatWasChangedOnTheDisk) {
  test::append_of(*store, {"a", "b", "c"});
  for (const auto* sql :
       {"UPDATE event SET data = '{ }' WHERE sequence = 2", "UPDATE event SET name = 'call.' WHERE sequence = 2",
        "UPDATE event SET instance = 1 WHERE sequence = 2", "UPDATE event SET selected = 0 WHERE sequence = 2"}) {
    change("CREATE TABLE IF NOT EXISTS kept AS SELECT * FROM event");
    change(sql);
    try {
      read();
      ADD_FAILURE() << sql;
    } catch (const store_failure& why) {
      EXPECT_THAT(why.what(), HasSubstr("place 2 "));
    }
    change("DELETE FROM event; INSERT INTO event SELECT * FROM kept; DROP TABLE kept;");
  }
  EXPECT_EQ(read().events.size(), 3U);
}

TEST_F(EventStore, DropsOldSegmentsAndSaysWhatHasGone) {
  settings.segment_bytes = 1;
  settings.age_max = std::chrono::seconds{10};
  open();
  test::append_of(*store, {"a", "b"}, 1000);
  test::append_of(*store, {"b"}, 2000);
  test::append_of(*store, {"c"}, 8000);
  EXPECT_FALSE(store->purge(11000));
  EXPECT_TRUE(store->purge(12500));
  EXPECT_TRUE(store->purge(12500));
  EXPECT_FALSE(store->purge(12500));
  EXPECT_THAT(test::sequences_of(read()), ElementsAre(4));
  for (int i = 0; i < 2; ++i) {
    const auto extent = store->extent();
    EXPECT_EQ(extent->purged_through, 3U);
    EXPECT_EQ(extent->purged_of.at("id-of-a"), 1U);
    EXPECT_EQ(extent->purged_of.at("id-of-b"), 3U);
    EXPECT_TRUE(extent->is_whole(0, "id-of-c"));
    open(); // The same after a restart.
  }
}

TEST_F(EventStore, KnowsThePlaceOfWhoSawAllThatHasGoneEvenAfterARestart) {
  settings.age_max = std::chrono::seconds{10};
  open();
  test::append_of(*store, {"a", "a"}, 1000);
  const auto seen = store->extent()->at(2);
  EXPECT_TRUE(store->purge(20000));
  for (int i = 0; i < 3; ++i) {
    open();
    EXPECT_EQ(store->extent()->find(seen), 2U);
    test::append_of(*store, {"a"}, 20000);
  }
}

TEST_F(EventStore, GoesOnCountingWhenEverythingHasGone) {
  settings.age_max = std::chrono::seconds{10};
  open();
  test::append_of(*store, {"a", "a"}, 1000);
  EXPECT_TRUE(store->purge(20000));
  EXPECT_THAT(read().events, IsEmpty());
  EXPECT_EQ(read().through, 2U);
  open();
  EXPECT_EQ(store->last(), 2U);
  test::append_of(*store, {"a"});
  EXPECT_THAT(test::sequences_of(read()), ElementsAre(3));
}

TEST_F(EventStore, KeepsWithinItsBytes) {
  settings.segment_bytes = 100000;
  settings.bytes_max = 600000;
  open();
  for (int i = 0; i < 40; ++i)
    test::append_of(*store, {"a"}, 1000, std::string(50000, '1'));
  while (store->purge(1000)) {
  }
  std::uint64_t bytes = 0;
  for (const auto& x : segments())
    bytes += std::filesystem::file_size(x);
  EXPECT_LT(bytes, 700000U);
  EXPECT_GT(read().events.size(), 2U);
}

TEST_F(EventStore, ErasesWhatBelongsToAnInstanceEvenAfterARestart) {
  test::append_of(*store, {"a", "b", "a"}, 1000, R"("the secret of a")");
  store->erase("id-of-a");
  EXPECT_EQ(store->extent()->purged_of.at("id-of-a"), 3U);
  open();
  while (store->purge(1000)) {
  }
  EXPECT_THAT(test::sequences_of(read()), ElementsAre(2));
  store->erase("id-of-nobody");
  EXPECT_FALSE(store->purge(1000));
}

TEST_F(EventStore, TakesNothingOfAFailedBatchAndGoesOnAfterwards) {
  test::append_of(*store, {"a"});
  const auto before = store->extent()->at(1);
  change("CREATE TRIGGER full BEFORE INSERT ON event WHEN new.sequence > 2 BEGIN SELECT raise(ABORT, 'no room'); END");
  try {
    test::append_of(*store, {"a", "b"});
    FAIL() << "it was taken";
  } catch (const store_failure& why) {
    EXPECT_THAT(why.what(), HasSubstr("no room"));
  }
  EXPECT_EQ(store->last(), 1U);
  change("DROP TRIGGER full");
  test::append_of(*store, {"c"});
  EXPECT_THAT(test::sequences_of(read()), ElementsAre(1, 2));
  EXPECT_EQ(read().events[1].what->from->id, "id-of-c");
  EXPECT_EQ(store->extent()->find(before), 1U);
}

TEST_F(EventStore, ReadsNothingThatIsNotCommitted) {
  test::append_of(*store, {"a"});
  change(
      "INSERT INTO event SELECT 2, instance, name, placed_at_ms, selected, data, sender, date_time, server_url, more,"
      " checksum FROM event WHERE sequence = 1; UPDATE tally SET events = 2");
  EXPECT_THAT(test::sequences_of(read()), ElementsAre(1));
}

TEST_F(EventStore, RefusesAFileOfANewerProgram) {
  test::append_of(*store, {"a"});
  store.reset();
  change("PRAGMA user_version = 99");
  try {
    open();
    FAIL() << "it was opened";
  } catch (const std::runtime_error& why) {
    EXPECT_THAT(why.what(), HasSubstr("newer"));
  }
}

} // namespace
} // namespace arauto::app
