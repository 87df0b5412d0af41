#include "app/store/event_places.hpp"

#include <gmock/gmock.h>

#include <string>

namespace arauto::app {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;
using testing::UnorderedElementsAre;

/// The tables that the index works with, in memory.
class EventPlaces : public testing::Test {
protected:
  EventPlaces() {
    file.run("CREATE TABLE event(sequence INTEGER PRIMARY KEY, instance INTEGER NOT NULL);"
             "CREATE TABLE block(last INTEGER PRIMARY KEY, first INTEGER NOT NULL, places BLOB NOT NULL, "
             "checksum INTEGER NOT NULL)");
  }

  /// Events of instances 1, 2, 3, 1, 2, 3 and so on, as a segment adds them.
  void add(place_index& to, event_sequence first, event_sequence last) {
    for (auto i = first; i <= last; ++i) {
      const auto instance = static_cast<std::uint32_t>(1 + i % 3);
      sqlite::statement{file, "INSERT INTO event VALUES(?, ?)"}
          .bind(static_cast<std::int64_t>(i))
          .bind(std::int64_t{instance})
          .run();
      to.add({instance, i});
    }
    to.write_block();
  }
  std::int64_t blocks() { return file.number("SELECT count(*) FROM block"); }

  sqlite::database file{":memory:"};
};

TEST_F(EventPlaces, BecomeABlockOnceThereAreEnough) {
  place_index index{file};
  add(index, 1, place_index::block_events - 1);
  EXPECT_EQ(blocks(), 0);
  add(index, place_index::block_events, place_index::block_events + 20);
  EXPECT_EQ(blocks(), 1);
  block_reader reader{file};
  reader.begin(0);
  const auto block = reader.next();
  ASSERT_TRUE(block);
  EXPECT_EQ(block->first, 1U);
  EXPECT_EQ(block->last, place_index::block_events + 20);
  EXPECT_EQ(block->size(), place_index::block_events + 20);
  std::size_t covered = 0;
  for (const std::uint32_t instance : {1, 2, 3}) {
    const auto [begin, end] = block->range_of(instance);
    covered += end - begin;
    for (auto i = begin; i < end; ++i) {
      EXPECT_EQ(block->at(i).instance, instance);
      EXPECT_EQ(1 + block->at(i).sequence % 3, instance);
      EXPECT_TRUE(i == begin || block->at(i - 1).sequence < block->at(i).sequence);
    }
  }
  EXPECT_EQ(covered, block->size());
  for (const std::uint32_t nobody : {0U, 4U, 0xFFFFFFFFU})
    EXPECT_EQ(block->range_of(nobody).first, block->range_of(nobody).second);
  EXPECT_FALSE(reader.next());
}

TEST_F(EventPlaces, AreFoundAgainAfterAStart) {
  {
    place_index index{file};
    add(index, 1, place_index::block_events);
    add(index, place_index::block_events + 1, place_index::block_events + 6);
  }
  place_index index{file};
  EXPECT_THAT(index.last_of_all(), UnorderedElementsAre(Pair(1, 516), Pair(2, 517), Pair(3, 518)));
  index.truncate(517);
  sqlite::statement{file, "DELETE FROM event WHERE sequence > 517"}.run();
  index.load();
  EXPECT_EQ(index.last_of_all().at(3), 515U);
}

TEST_F(EventPlaces, OfAnInstanceAreTakenOutBlockByBlock) {
  place_index index{file};
  add(index, 1, 600);
  add(index, 601, 606);
  EXPECT_EQ(index.last_of(2), 604U);
  EXPECT_EQ(index.take_some(2, 1).size(), 200U);
  EXPECT_EQ(index.last_of(2), 604U);
  EXPECT_THAT(index.take_some(2, 100), ElementsAre(601, 604));
  EXPECT_THAT(index.take_some(2, 100), IsEmpty());
  EXPECT_EQ(index.last_of(2), 0U);
  EXPECT_THAT(index.last_of_all(), UnorderedElementsAre(Pair(1, 606), Pair(3, 605)));
  for (const std::uint32_t instance : {1, 3})
    EXPECT_EQ(index.take_some(instance, 1000).size(), 202U) << "of the block and behind it";
  EXPECT_EQ(blocks(), 1) << "where the events behind it begin is still known";
}

TEST_F(EventPlaces, ThatChangedOnTheDiskAreRefused) {
  place_index index{file};
  add(index, 1, 600);
  for (const auto* sql : {"UPDATE block SET checksum = checksum + 1", "UPDATE block SET first = first + 1",
                          "UPDATE block SET places = substr(places, 9)"}) {
    sqlite::transaction undone{file};
    file.run(sql);
    block_reader reader{file};
    reader.begin(0);
    EXPECT_THROW(reader.next(), sqlite::failure) << sql;
    reader.end();
  }
}

} // namespace
} // namespace arauto::app
