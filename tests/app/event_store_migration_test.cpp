// A log whose segments are SQLite databases is brought to the present form when a server starts.
#include "app/store/event_store.hpp"
#include "tests/support/file_bytes.hpp"
#include "tests/support/stored_events.hpp"

#include <gmock/gmock.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <zlib.h>

namespace arauto::app {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

/// CRC-32 over every member, as those files had it.
std::int64_t old_checksum(const event& x, std::int64_t placed_at_ms) {
  auto sum = crc32_z(0, nullptr, 0);
  const auto add = [&sum](const void* bytes, std::size_t size) {
    sum = crc32_z(sum, static_cast<const Bytef*>(bytes), size);
  };
  const std::array numbers{x.sequence, static_cast<std::uint64_t>(placed_at_ms), std::uint64_t{x.is_selected}};
  add(numbers.data(), sizeof numbers);
  for (const std::string_view text :
       {std::string_view{x.from->id}, std::string_view{x.from->name}, std::string_view{x.what.name}, x.what.data,
        x.what.sender, std::string_view{x.date_time_json}, std::string_view{x.server_url_json},
        std::string_view{x.what.more}}) {
    const auto size = std::uint64_t{text.size()};
    add(&size, sizeof size);
    if (!text.empty())
      add(text.data(), text.size());
  }
  return static_cast<std::int64_t>(sum);
}

class EventStoreMigration : public testing::Test {
protected:
  EventStoreMigration() {
    std::string name = (std::filesystem::temp_directory_path() / "arauto-migration-XXXXXX").string();
    directory = mkdtemp(name.data());
    std::filesystem::create_directories(directory / "events");
    sqlite::database index{(directory / "events/index.db").string()};
    index.run("CREATE TABLE epoch(first INTEGER PRIMARY KEY, number INTEGER NOT NULL UNIQUE) STRICT;"
              "CREATE TABLE purged(instance_id TEXT PRIMARY KEY, through INTEGER NOT NULL) STRICT;"
              "CREATE TABLE erasing(instance_id TEXT PRIMARY KEY) STRICT;"
              "CREATE TABLE dropped(id INTEGER PRIMARY KEY CHECK(id = 0), through INTEGER NOT NULL) STRICT;"
              "INSERT INTO dropped VALUES(0, 100); INSERT INTO epoch VALUES(50, 7); PRAGMA user_version = 1;");
  }
  ~EventStoreMigration() override {
    store.reset();
    data.reset();
    std::filesystem::remove_all(directory);
  }

  std::filesystem::path old_file(int number) const {
    return directory / "events" / ("000000000" + std::to_string(number) + ".db");
  }

  /// A segment as the program with that schema version wrote it.
  void write_old(int number, int version, const std::vector<event_ptr>& events) {
    sqlite::database file{old_file(number).string()};
    file.run(
        "PRAGMA journal_mode = WAL;"
        "CREATE TABLE instance(number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, name TEXT NOT NULL) STRICT;"
        "CREATE TABLE event(sequence INTEGER PRIMARY KEY, instance INTEGER NOT NULL, name TEXT NOT NULL,"
        " placed_at_ms INTEGER NOT NULL, selected INTEGER NOT NULL, data TEXT NOT NULL, sender TEXT NOT NULL,"
        " date_time TEXT NOT NULL, server_url TEXT NOT NULL, more TEXT NOT NULL, checksum INTEGER NOT NULL) STRICT;");
    if (version >= 2)
      file.run("CREATE TABLE claim(instance INTEGER NOT NULL, key BLOB NOT NULL, body BLOB NOT NULL,"
               " sequence INTEGER NOT NULL, placed_at_ms INTEGER NOT NULL, PRIMARY KEY(instance, key)) STRICT,"
               " WITHOUT ROWID;");
    for (const auto& x : events) {
      sqlite::statement{file, "INSERT INTO instance(id, name) VALUES(?, ?) ON CONFLICT DO NOTHING"}
          .bind(x->from->id)
          .bind(x->from->name)
          .run();
      sqlite::statement put{file, "INSERT INTO event VALUES(?, (SELECT number FROM instance WHERE id = ?), ?, ?, ?, ?,"
                                  " ?, ?, ?, ?, ?)"};
      const auto placed_at_ms = now_ms + static_cast<std::int64_t>(x->sequence / 3);
      put.bind(static_cast<std::int64_t>(x->sequence)).bind(x->from->id).bind(x->what.name).bind(placed_at_ms);
      put.bind(x->is_selected).bind(x->what.data).bind(x->what.sender).bind(x->date_time_json);
      put.bind(x->server_url_json).bind(x->what.more).bind(old_checksum(*x, placed_at_ms)).run();
    }
    if (version >= 2)
      sqlite::statement{file, "INSERT INTO claim VALUES(1, ?, ?, ?, ?)"}
          .bind_lasting(key.bytes)
          .bind_lasting(key.bytes)
          .bind(static_cast<std::int64_t>(events.front()->sequence))
          .bind(now_ms)
          .run();
    if (version >= 3)
      file.run("CREATE TABLE tally(id INTEGER PRIMARY KEY, events INTEGER NOT NULL) STRICT;"
               "INSERT INTO tally SELECT 0, count(*) FROM event;");
    file.run(("PRAGMA user_version = " + std::to_string(version)).c_str());
  }

  void open() {
    store.reset();
    data.reset();
    data = std::make_unique<data_directory>(directory);
    store = std::make_unique<disk_event_store>(*data, event_store_settings{});
  }
  event_page read(const event_query& x = {}) { return store->open_reader(test::emitter_as_stored())->read(x); }

  std::vector<std::string> files() const {
    std::vector<std::string> all;
    for (const auto& x : std::filesystem::directory_iterator(directory / "events"))
      if (!x.path().filename().string().starts_with("index"))
        all.push_back(x.path().filename().string());
    std::sort(all.begin(), all.end());
    return all;
  }

  static constexpr std::int64_t now_ms = 1000;
  const claim_digest key = claim_digest::of("key");
  std::filesystem::path directory;
  std::unique_ptr<data_directory> data;
  std::unique_ptr<disk_event_store> store;
};

TEST_F(EventStoreMigration, BringsEveryEventOfEveryVersionOver) {
  std::vector<event_ptr> all;
  for (event_sequence i = 101; i <= 112; ++i)
    all.push_back(test::placed_event(i, i % 2 == 0 ? "a" : "b", "\"event " + std::to_string(i) + '"'));
  write_old(1, 1, {all.begin(), all.begin() + 4});
  write_old(2, 2, {all.begin() + 4, all.begin() + 8});
  write_old(3, 3, {all.begin() + 8, all.end()});
  for (int i = 0; i < 2; ++i) {
    open();
    EXPECT_EQ(store->last(), 112U);
    const auto page = read();
    ASSERT_EQ(page.events.size(), all.size());
    for (std::size_t j = 0; j < all.size(); ++j) {
      EXPECT_EQ(envelope_json(*page.events[j].what), envelope_json(*all[j]));
      EXPECT_EQ(page.events[j].what->from->id, all[j]->from->id);
      EXPECT_EQ(page.events[j].placed_at_ms, now_ms + static_cast<std::int64_t>(all[j]->sequence / 3));
      EXPECT_EQ(page.events[j].what->epoch, 7U);
    }
    EXPECT_EQ(store->find_claim("id-of-b", key, now_ms)->last, 109U) << "the newest one with that key";
  }
  EXPECT_THAT(files(), ElementsAre("0000000001.log", "0000000002.log", "0000000003.log"));
  test::append_of(*store, {"a"});
  EXPECT_EQ(store->last(), 113U);
}

TEST_F(EventStoreMigration, GoesOnWhereAnEarlierOneEnded) {
  write_old(1, 3, {test::placed_event(101, "a")});
  write_old(2, 3, {test::placed_event(102, "a")});
  const auto first = test::bytes_of(old_file(1));
  open();
  store.reset();
  test::write_bytes(old_file(1), first); // It ended before the old file was gone, and while it wrote another one.
  test::write_bytes(directory / "events/0000000003.log.new", "half of it");
  open();
  EXPECT_THAT(test::sequences_of(read()), ElementsAre(101, 102));
  EXPECT_THAT(files(), ElementsAre("0000000001.log", "0000000002.log"));
}

TEST_F(EventStoreMigration, KeepsPlacesThatWereErasedEmpty) {
  write_old(1, 3, {test::placed_event(101, "a"), test::placed_event(105, "b")});
  write_old(2, 3, {test::placed_event(109, "a")});
  open();
  EXPECT_THAT(test::sequences_of(read()), ElementsAre(101, 105, 109));
}

TEST_F(EventStoreMigration, KnowsWhatWasDamaged) {
  write_old(1, 3, {test::placed_event(101, "a"), test::placed_event(102, "b"), test::placed_event(103, "a")});
  sqlite::database{old_file(1).string()}.run("UPDATE event SET data = '{ }' WHERE sequence = 102");
  for (int i = 0; i < 2; ++i) {
    open();
    EXPECT_THAT(test::sequences_of(read()), ElementsAre(101)) << "up to the damage";
    event_query behind;
    behind.after = 101;
    EXPECT_THROW(read(behind), store_failure);
    behind.after = 102;
    EXPECT_THAT(test::sequences_of(read(behind)), ElementsAre(103));
  }
  EXPECT_THAT(files(), ElementsAre("0000000001.db.damaged", "0000000001.log", "0000000002.log"));
}

TEST_F(EventStoreMigration, KnowsThatAnEventIsGone) {
  write_old(1, 3, {test::placed_event(101, "a"), test::placed_event(102, "b"), test::placed_event(103, "a")});
  sqlite::database{old_file(1).string()}.run("DELETE FROM event WHERE sequence = 102");
  open();
  event_query behind;
  behind.after = 101;
  EXPECT_THROW(read(behind), store_failure);
}

TEST_F(EventStoreMigration, DropsAFileInWhichNothingWasEverWritten) {
  test::write_bytes(old_file(1), "");
  open();
  EXPECT_THAT(read().events, IsEmpty());
  EXPECT_EQ(store->last(), 100U);
  test::append_of(*store, {"a"});
  EXPECT_THAT(test::sequences_of(read()), ElementsAre(101));
}

} // namespace
} // namespace arauto::app
