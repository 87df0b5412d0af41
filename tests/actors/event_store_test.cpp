#include "actors/memory_event_store.hpp"
#include "tests/support/stored_events.hpp"

#include <gmock/gmock.h>

namespace arauto {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(Offset, IsReadAsItIsWritten) {
  const offset x{0x12ab, 42};
  EXPECT_EQ(to_string(x), "00000000000012ab-42");
  EXPECT_EQ(read_offset(to_string(x)), x);
  EXPECT_EQ(read_offset(to_string({~std::uint64_t{0}, ~std::uint64_t{0}})),
            (offset{~std::uint64_t{0}, ~event_sequence{0}}));
}

TEST(Offset, IsNothingElse) {
  for (const auto* text : {"", "42", "00000000000012ab", "00000000000012ab-", "00000000000012AB-42",
                           "0000000000012ab-42", "00000000000012ab-042", "00000000000012ab--1", "00000000000012ab-42 ",
                           "00000000000012ab-18446744073709551616", "00000000000012ag-1", "00000000000012ab+42"})
    EXPECT_FALSE(read_offset(text)) << text;
}

TEST(LogExtent, KnowsPlacesOfItsEpochsOnly) {
  log_extent x;
  x.epochs = {{7, 1}, {8, 101}};
  EXPECT_EQ(x.find({7, 0}), 0U);
  EXPECT_EQ(x.find({7, 100}), 100U);
  EXPECT_EQ(x.find({7, 101}), std::nullopt) << "a log that was restored has other events there";
  EXPECT_EQ(x.find({8, 99}), std::nullopt);
  EXPECT_EQ(x.find({8, 100}), 100U);
  EXPECT_EQ(x.find({9, 100}), std::nullopt);
  EXPECT_EQ(x.at(100), (offset{7, 100}));
  EXPECT_EQ(x.at(101), (offset{8, 101}));
}

TEST(LogExtent, DoesNotPunishTheQuiet) {
  log_extent x;
  x.newest_purged = 50;
  x.purged_of["busy"] = 50;
  EXPECT_TRUE(x.is_whole(10, "quiet"));
  EXPECT_FALSE(x.is_whole(49, "busy"));
  EXPECT_TRUE(x.is_whole(50, "busy"));
}

class MemoryStore : public testing::Test {
protected:
  memory_event_store store{std::chrono::seconds{10}, 100000};
  event_page read(event_query x = {}) { return store.open_reader(test::emitter_as_stored())->read(x); }
};

TEST_F(MemoryStore, GivesPagesInOrder) {
  test::append_of(store, {"a", "b", "a", "c"});
  EXPECT_THAT(test::sequences_of(read()), ElementsAre(1, 2, 3, 4));
  event_query of_a;
  of_a.instances = {{"id-of-a"}};
  EXPECT_THAT(test::sequences_of(read(of_a)), ElementsAre(1, 3));
  event_query two;
  two.after = 1;
  two.events_max = 2;
  const auto page = read(two);
  EXPECT_THAT(test::sequences_of(page), ElementsAre(2, 3));
  EXPECT_EQ(page.through, 3U);
  EXPECT_FALSE(page.is_end);
  two.after = 3;
  EXPECT_TRUE(read(two).is_end);
  EXPECT_EQ(read(two).through, 4U);
}

TEST_F(MemoryStore, GivesOneEventWhateverItsSize) {
  test::append_of(store, {"a", "a"}, 1000, std::string(500, '1'));
  event_query small;
  small.bytes_max = 10;
  EXPECT_THAT(test::sequences_of(read(small)), ElementsAre(1));
}

TEST_F(MemoryStore, DropsTheOldestAndSaysSo) {
  test::append_of(store, {"a"}, 1000);
  test::append_of(store, {"b"}, 5000);
  EXPECT_FALSE(store.purge(11000));
  EXPECT_FALSE(store.purge(12000));
  EXPECT_THAT(test::sequences_of(read()), ElementsAre(2));
  EXPECT_FALSE(store.extent()->is_whole(0, "id-of-a"));
  EXPECT_TRUE(store.extent()->is_whole(0, "id-of-b"));
  EXPECT_EQ(store.extent()->purged_through, 1U);
  test::append_of(store, {"b", "b"}, 12000, std::string(60000, '1'));
  store.purge(12000);
  EXPECT_THAT(test::sequences_of(read()), ElementsAre(4));
}

TEST_F(MemoryStore, ErasesAnInstance) {
  test::append_of(store, {"a", "b", "a"});
  store.erase("id-of-a");
  EXPECT_THAT(test::sequences_of(read()), ElementsAre(2));
  EXPECT_EQ(store.extent()->purged_of.at("id-of-a"), 3U);
  store.erase("id-of-nobody");
  EXPECT_THAT(test::sequences_of(read()), ElementsAre(2));
}

} // namespace
} // namespace arauto
