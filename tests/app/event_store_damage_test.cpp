// Bytes of the event log that change on the disk: found, and never served.
#include "app/store/event_store.hpp"
#include "net/log.hpp"
#include "tests/support/stored_events.hpp"

#include <gmock/gmock.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <random>

namespace arauto::app {
namespace {

using testing::HasSubstr;
using testing::Not;

class EventStoreDamage : public testing::Test {
protected:
  explicit EventStoreDamage(int batches = 40) {
    std::string name = (std::filesystem::temp_directory_path() / "arauto-damage-XXXXXX").string();
    directory = mkdtemp(name.data());
    const data_directory data{directory};
    sqlite_event_store store{data, {}};
    for (int i = 0; i < batches; ++i)
      test::append_of(store, {"a", "b", "a"}, 1000, "\"event " + std::to_string(i) + std::string(200, '.') + '"');
    whole = texts_in(store, {});
    whole_of_a = texts_in(store, {"id-of-a"});
  }
  ~EventStoreDamage() override { std::filesystem::remove_all(directory); }

  std::filesystem::path segment() const { return directory / "events/0000000001.db"; }

  /// Everything that a reader gives, page by page: the place and the envelope of each event.
  static std::vector<std::string> texts_in(sqlite_event_store& store, const std::vector<std::string>& instances) {
    std::vector<std::string> all;
    event_query x;
    if (!instances.empty())
      x.instances = instances;
    x.events_max = 30;
    const auto reader = store.open_reader(test::emitter_as_stored());
    for (auto page = reader->read(x);; page = reader->read(x)) {
      for (const auto& one : page.events)
        all.push_back(std::to_string(one.what->sequence) + envelope_json(*one.what));
      x.after = page.through;
      if (page.is_end)
        return all;
    }
  }

  std::string bytes_of_segment() const {
    std::ifstream file{segment(), std::ios::binary};
    return {std::istreambuf_iterator<char>{file}, {}};
  }
  void write_segment(const std::string& bytes) const {
    std::ofstream{segment(), std::ios::binary | std::ios::trunc} << bytes;
  }

  /// Changes bits all over the file, `tries` times.
  void expect_no_change_unnoticed(int tries) {
    const auto bytes = bytes_of_segment();
    std::mt19937 random; // The same in every run.
    int found = 0;
    int unused = 0;
    for (int i = 0; i < tries; ++i) {
      auto changed = bytes;
      const auto at = random() % changed.size();
      changed[at] = static_cast<char>(changed[at] ^ (1 << random() % 8));
      write_segment(changed);
      try {
        const data_directory data{directory};
        sqlite_event_store store{data, {}};
        EXPECT_EQ(texts_in(store, {}), whole) << "byte " << at << " was changed";
        EXPECT_EQ(texts_in(store, {"id-of-a"}), whole_of_a) << "byte " << at << " was changed";
        ++unused;
      } catch (const std::runtime_error&) {
        ++found;
      }
    }
    EXPECT_GT(found, tries / 2) << "most bytes are in use";
    EXPECT_GT(unused, tries / 80);
  }

  std::filesystem::path directory;
  std::vector<std::string> whole;
  std::vector<std::string> whole_of_a;
};

/// Keeps the lines that are logged while it lives.
class kept_lines {
public:
  kept_lines() { set_log_sink(sink); }
  ~kept_lines() { set_log_sink(nullptr); }
  kept_lines(const kept_lines&) = delete;
  kept_lines& operator=(const kept_lines&) = delete;
  std::string all() const { return sink->text; }

private:
  struct text_sink final : log_sink {
    bool enabled(log_level) const noexcept override { return true; }
    void write(log_level, std::string_view, std::string_view line) noexcept override { text.append(line).append("\n"); }
    std::string text;
  };
  std::shared_ptr<text_sink> sink = std::make_shared<text_sink>();
};

TEST_F(EventStoreDamage, IsLoggedWithThePlaceAndTheFile) {
  auto bytes = bytes_of_segment();
  bytes[bytes.find("event 17.") + 6] = '9';
  write_segment(bytes);
  const data_directory data{directory};
  sqlite_event_store store{data, {}};
  const kept_lines lines;
  try {
    texts_in(store, {});
    FAIL() << "it was given";
  } catch (const store_failure& why) {
    EXPECT_THAT(why.what(), HasSubstr("place 5"));
    EXPECT_THAT(why.what(), Not(HasSubstr(directory.string()))) << "clients may read that";
    EXPECT_THAT(lines.all(), HasSubstr(segment().string() + "\": " + why.what()));
  }
}

TEST_F(EventStoreDamage, DoesNotKeepTheWriterFromStartingItsWriteAheadLogAnew) {
  auto bytes = bytes_of_segment();
  bytes[bytes.find("event 17.") + 6] = '9';
  write_segment(bytes);
  const data_directory data{directory};
  sqlite_event_store store{data, {}};
  test::append_of(store, {"a"});
  const auto reader = store.open_reader(test::emitter_as_stored());
  EXPECT_THROW(reader->read({}), store_failure);
  test::append_of(store, {"a"});
  sqlite::database file{segment().string()};
  EXPECT_EQ(file.number("PRAGMA wal_checkpoint(TRUNCATE)"), 0) << "a reader is in the way";
}

TEST_F(EventStoreDamage, IsFoundWhereverABitChanges) {
  expect_no_change_unnoticed(400);
}

/// With places in blocks, and some behind them.
class EventStoreBlockDamage : public EventStoreDamage {
protected:
  EventStoreBlockDamage() : EventStoreDamage{batches} {}
  static constexpr auto batches = static_cast<int>(place_index::block_events / 3 + 50);

  void change(const char* sql) const { sqlite::database{segment().string()}.run(sql); }
  std::vector<std::string> read_of_a() const {
    const data_directory data{directory};
    sqlite_event_store store{data, {}};
    return texts_in(store, {"id-of-a"});
  }
};

TEST_F(EventStoreBlockDamage, IsFoundWhereverABitChanges) {
  expect_no_change_unnoticed(160);
}

TEST_F(EventStoreBlockDamage, IsFoundInPlacesThatChanged) {
  EXPECT_EQ(read_of_a(), whole_of_a);
  change("UPDATE block SET places = CAST(substr(places, 1, 7) || x'ff' || substr(places, 9) AS BLOB)");
  EXPECT_THROW(read_of_a(), store_failure);
}

TEST_F(EventStoreBlockDamage, IsNoneWhenTheLastBlockIsGone) {
  change("DELETE FROM block");
  EXPECT_EQ(read_of_a(), whole_of_a) << "it is written again from the events";
}

TEST_F(EventStoreBlockDamage, IsFoundWhenABlockHasFewerPlaces) {
  const data_directory data{directory};
  sqlite_event_store store{data, {}};
  // With a checksum that fits: what the file should have counts.
  change("DELETE FROM event WHERE sequence <= 512; DELETE FROM block; UPDATE tally SET events = events - 511");
  EXPECT_THROW(texts_in(store, {"id-of-a"}), store_failure);
}

TEST_F(EventStoreBlockDamage, IsFoundWhenAnEventIsGone) {
  change("DELETE FROM event WHERE sequence = 3");
  EXPECT_THROW(read_of_a(), store_failure);
}

TEST_F(EventStoreBlockDamage, IsNoneInAFileOfAnOlderProgram) {
  change("DROP TABLE block; DROP TABLE tally; CREATE INDEX event_of_instance ON event(instance, sequence);"
         "PRAGMA user_version = 2");
  EXPECT_EQ(read_of_a(), whole_of_a);
  sqlite::database file{segment().string()};
  EXPECT_EQ(file.number("SELECT count(*) FROM block"), 1);
  EXPECT_EQ(file.number("SELECT events FROM tally"), 3 * batches);
}

} // namespace
} // namespace arauto::app
