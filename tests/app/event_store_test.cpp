#include "app/store/event_store.hpp"
#include "tests/support/file_bytes.hpp"
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
    store = std::make_unique<disk_event_store>(*data, settings);
  }

  event_page read(const event_query& x = {}) { return store->open_reader(test::emitter_as_stored())->read(x); }

  /// Paths of the segments, oldest first.
  std::vector<std::filesystem::path> segments() const {
    std::vector<std::filesystem::path> all;
    for (const auto& x : std::filesystem::directory_iterator(directory / "events"))
      if (x.path().extension() == ".log")
        all.push_back(x.path());
    std::sort(all.begin(), all.end());
    return all;
  }

  std::string bytes_of(std::size_t segment = 0) const { return test::bytes_of(segments().at(segment)); }

  std::filesystem::path directory;
  event_store_settings settings;
  std::unique_ptr<data_directory> data;
  std::unique_ptr<disk_event_store> store;
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
  test::append_of(*store, {"a"}, 1000, R"("first")");
  test::append_of(*store, {"b"}, 1000, R"("second")");
  test::append_of(*store, {"c"}, 1000, R"("third")");
  const auto whole = bytes_of();
  for (const auto& [text, other] : {std::pair{"second", "2econd"}, std::pair{"second\"\"2026", "second\"\"2027"}}) {
    auto bytes = whole;
    bytes.replace(bytes.find(text), std::string_view{other}.size(), other);
    test::write_bytes(segments().at(0), bytes);
    try {
      read();
      ADD_FAILURE() << text;
    } catch (const store_failure& why) {
      EXPECT_THAT(why.what(), HasSubstr("place 2 "));
    }
    event_query of_c;
    of_c.instances = {{"id-of-c"}};
    EXPECT_THAT(test::sequences_of(read(of_c)), ElementsAre(3)) << "others are not touched";
  }
  test::write_bytes(segments().at(0), whole);
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
  settings.segment_bytes = 600; // Some are closed, and the last one is open.
  open();
  constexpr auto secret = R"("the secret of a")";
  const auto key = claim_digest::of("key of a");
  for (int i = 0; i < 6; ++i) {
    const std::array events{test::placed_event(store->last() + 1, "a", secret),
                            test::placed_event(store->last() + 2, "b")};
    const std::array claims{event_claim{events[0], key, key}};
    store->append(events, claims, 1000);
  }
  ASSERT_GT(segments().size(), 2U);
  store->erase("id-of-a");
  EXPECT_EQ(store->extent()->purged_of.at("id-of-a"), 11U);
  open();
  EXPECT_EQ(store->extent()->purged_of.at("id-of-a"), 11U);
  while (store->purge(1000)) {
  }
  for (int i = 0; i < 2; ++i) {
    EXPECT_THAT(test::sequences_of(read()), ElementsAre(2, 4, 6, 8, 10, 12));
    EXPECT_FALSE(store->find_claim("id-of-a", key, 1000));
    for (const auto& x : segments()) {
      EXPECT_EQ(test::bytes_of(x).find("secret"), std::string::npos) << x;
      EXPECT_EQ(test::bytes_of(x).find("id-of-a"), std::string::npos) << x;
      const std::string_view digest{reinterpret_cast<const char*>(key.bytes.data()), key.bytes.size()};
      EXPECT_EQ(test::bytes_of(x).find(digest), std::string::npos) << x;
    }
    open();
  }
  store->erase("id-of-nobody");
  EXPECT_FALSE(store->purge(1000));
  test::append_of(*store, {"a"});
  EXPECT_THAT(test::sequences_of(read()), ElementsAre(2, 4, 6, 8, 10, 12, 13));
}

TEST_F(EventStore, ErasesInStepsBesideAReader) {
  settings.segment_bytes = 300000;
  open();
  for (int i = 0; i < 60; ++i)
    test::append_of(*store, std::vector<std::string>(100, i % 2 == 0 ? "a" : "b"), 1000, R"("the secret of a")");
  const auto reader = store->open_reader(test::emitter_as_stored());
  event_query of_b;
  of_b.instances = {{"id-of-b"}};
  of_b.events_max = 5000;
  of_b.bytes_max = 10000000;
  EXPECT_EQ(reader->read(of_b).events.size(), 3000U);
  store->erase("id-of-a");
  std::size_t steps = 0;
  while (store->purge(1000)) {
    ++steps;
    EXPECT_EQ(reader->read(of_b).events.size(), 3000U);
  }
  EXPECT_GT(steps, 3U);
  event_query all;
  all.events_max = 10000;
  all.bytes_max = 10000000;
  EXPECT_EQ(reader->read(all).events.size(), 3000U);
}

TEST_F(EventStore, FinishesAnErasureThatWasCutShort) {
  test::append_of(*store, {"a"}, 1000, R"("the secret of a")");
  test::append_of(*store, {"b"});
  store->erase("id-of-a");
  const auto whole = bytes_of();
  const auto at = whole.find("the secret");
  store.reset();
  { // As it is when the process ends while it overwrites the record.
    segment_file file{segments().at(0), disk::access::read_only};
    const auto index = file.read_index();
    ASSERT_TRUE(index);
    const auto position = segment_index::position_of(index->instances.at(0).places.at(0));
    const auto record = file.read_record(position, 0);
    ASSERT_TRUE(record);
    sqlite::database{(directory / "events/index.db").string()}.run(("INSERT INTO overwriting VALUES(1, " +
                                                                    std::to_string(position) + ", " +
                                                                    std::to_string(record->head.bytes) + ")")
                                                                       .c_str());
  }
  auto torn = bytes_of();
  torn.replace(at, 5, 5, '\0');
  test::write_bytes(segments().at(0), torn);
  open();
  while (store->purge(1000)) {
  }
  EXPECT_THAT(test::sequences_of(read()), ElementsAre(2));
  EXPECT_EQ(bytes_of().find("secret"), std::string::npos);
}

TEST_F(EventStore, ReadsNothingThatIsNotCommitted) {
  test::append_of(*store, {"a"});
  const auto reader = store->open_reader(test::emitter_as_stored());
  const auto one = bytes_of();
  test::append_of(*store, {"b"});
  const auto two = bytes_of();
  store.reset(); // Else it would write its own.
  test::write_bytes(segments().at(0), one);
  open();
  test::write_bytes(segments().at(0), two);
  EXPECT_THAT(test::sequences_of(read()), ElementsAre(1));
}

TEST_F(EventStore, RefusesAFileOfANewerProgram) {
  test::append_of(*store, {"a"});
  store.reset();
  auto bytes = bytes_of();
  auto header = *log_format::read_header(bytes);
  header.version = 99;
  test::write_bytes(segments().at(0), bytes.replace(0, log_format::block, log_format::sealed(header)));
  try {
    open();
    FAIL() << "it was opened";
  } catch (const std::runtime_error& why) {
    EXPECT_THAT(why.what(), HasSubstr("newer"));
  }
}

} // namespace
} // namespace arauto::app
