// The event log on a disk that loses what is not synced, and that fails.
#include "app/store/event_store.hpp"
#include "tests/faulty_disk/faulty_disk.hpp"
#include "tests/support/file_bytes.hpp"
#include "tests/support/stored_events.hpp"

#include <gmock/gmock.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <utility>

namespace arauto::app {
namespace {

using test::disk_fault;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// A log on such a disk. Where the power is cut, a second log begins with what the disk had then.
class EventStoreCrash : public testing::Test {
protected:
  struct opened {
    explicit opened(const std::filesystem::path& where, const event_store_settings& settings)
        : data{where}, store{data, settings} {}
    data_directory data;
    disk_event_store store;
  };

  EventStoreCrash() {
    std::string name = (std::filesystem::temp_directory_path() / "arauto-crash-XXXXXX").string();
    directory = mkdtemp(name.data());
    open();
  }
  ~EventStoreCrash() override {
    log.reset();
    std::filesystem::remove_all(directory);
  }

  void open() {
    log.reset();
    log = std::make_unique<opened>(directory / "data", settings);
  }
  disk_event_store& store() { return log->store; }

  /// What a start finds after a power cut at this moment.
  std::unique_ptr<opened> after_power_cut() {
    const auto found = directory / ("found-" + std::to_string(++cuts));
    std::filesystem::copy(directory / "data", found, std::filesystem::copy_options::recursive);
    for (const auto& x : std::filesystem::directory_iterator(found / "events"))
      if (x.path().string().ends_with("-shm"))
        std::filesystem::remove(x);
    const auto before = std::exchange(fault, disk_fault::none); // The machine came back with a disk that works.
    auto x = std::make_unique<opened>(found, settings);
    fault = before;
    return x;
  }
  std::vector<event_sequence> sequences_after_power_cut() {
    const auto found = after_power_cut();
    const auto before = std::exchange(fault, disk_fault::none);
    auto all = sequences_in(found->store);
    fault = before;
    return all;
  }

  static std::vector<event_sequence> sequences_in(disk_event_store& x) {
    return test::sequences_of(x.open_reader(test::emitter_as_stored())->read({}));
  }

  disk_fault fault = disk_fault::none;
  test::faulty_disk disk{[this] { return fault; }};
  std::filesystem::path directory;
  int cuts = 0;
  event_store_settings settings;
  std::unique_ptr<opened> log;
};

TEST_F(EventStoreCrash, LeavesEveryEventThatWasTaken) {
  test::append_of(store(), {"a"});
  EXPECT_THAT(sequences_after_power_cut(), ElementsAre(1));
  test::append_of(store(), {"a", "b"});
  EXPECT_THAT(sequences_after_power_cut(), ElementsAre(1, 2, 3));
  settings.segment_bytes = 1;
  open();
  test::append_of(store(), {"c"});
  test::append_of(store(), {"a"});
  EXPECT_THAT(sequences_after_power_cut(), ElementsAre(1, 2, 3, 4, 5));
}

TEST_F(EventStoreCrash, LeavesTheEpochThatOffsetsName) {
  const auto joined = store().extent()->at(0);
  test::append_of(store(), {"a"});
  const auto seen = store().extent()->at(1);
  const auto found = after_power_cut();
  EXPECT_EQ(found->store.extent()->find(seen), 1U);
  EXPECT_EQ(found->store.extent()->find(joined), 0U);
}

TEST_F(EventStoreCrash, LeavesThePlaceOfThoseWhoJoinedBeforeTheFirstEvent) {
  const auto joined = store().extent()->at(0);
  const auto found = after_power_cut();
  test::append_of(found->store, {"a"});
  EXPECT_EQ(found->store.extent()->find(joined), 0U);
}

TEST_F(EventStoreCrash, LeavesNothingWithoutSyncs) {
  log.reset();
  std::filesystem::remove_all(directory / "data");
  fault = disk_fault::lies;
  open();
  test::append_of(store(), {"a", "b"});
  EXPECT_THAT(sequences_in(store()), ElementsAre(1, 2)) << "the process itself sees what it wrote";
  EXPECT_THAT(sequences_after_power_cut(), IsEmpty());
}

TEST_F(EventStoreCrash, LeavesWhatHasGoneGone) {
  settings.segment_bytes = 1;
  settings.age_max = std::chrono::seconds{10};
  open();
  test::append_of(store(), {"a"}, 1000);
  test::append_of(store(), {"b"}, 9000);
  EXPECT_TRUE(store().purge(12000));
  const auto found = after_power_cut();
  EXPECT_THAT(sequences_in(found->store), ElementsAre(2));
  EXPECT_EQ(found->store.extent()->purged_of.at("id-of-a"), 1U);
}

std::string name_of(disk_fault x) {
  static constexpr std::array names{"None", "Lies", "Fails", "FailsLate", "Full", "Dead"};
  return names.at(static_cast<std::size_t>(x));
}

TEST_F(EventStoreCrash, TakesOutWhatTheDiskHasOfABatchThatFailed) {
  const auto file = directory / "data/events/0000000001.log";
  test::append_of(store(), {"a"});
  const auto one = test::bytes_of(file);
  test::append_of(store(), {"refused"});
  const auto two = test::bytes_of(file);
  log.reset();
  test::write_bytes(file, one);
  open();
  fault = disk_fault::dead;
  EXPECT_THROW(test::append_of(store(), {"a", "b"}), store_failure);
  fault = disk_fault::none;
  test::write_bytes(file, two); // As if a failed commit had reached the disk after all.
  test::append_of(store(), {"c"});
  EXPECT_THAT(sequences_in(store()), ElementsAre(1, 2));
  EXPECT_EQ(store().open_reader(test::emitter_as_stored())->read({}).events[1].what->from->id, "id-of-c");
  EXPECT_THAT(sequences_after_power_cut(), ElementsAre(1, 2));
}

TEST_F(EventStoreCrash, BeginsAnewWhenAcceptedEventsAreGone) {
  const auto file = directory / "data/events/0000000001.log";
  test::append_of(store(), {"a", "a"});
  const auto two = test::bytes_of(file);
  test::append_of(store(), {"a"});
  const auto before = store().extent()->at(2);
  fault = disk_fault::dead;
  EXPECT_THROW(test::append_of(store(), {"a"}), store_failure);
  fault = disk_fault::none;
  test::write_bytes(file, two);
  test::append_of(store(), {"a"});
  EXPECT_EQ(store().extent()->find(before), std::nullopt);
  EXPECT_EQ(store().last(), 4U);
}

class EventStoreFault : public EventStoreCrash, public testing::WithParamInterface<disk_fault> {};
INSTANTIATE_TEST_SUITE_P(Each, EventStoreFault,
                         testing::Values(disk_fault::fails, disk_fault::fails_late, disk_fault::full, disk_fault::dead),
                         [](const auto& x) { return name_of(x.param); });

TEST_P(EventStoreFault, TakesNothingAndGoesOnWhenTheDiskIsWellAgain) {
  test::append_of(store(), {"a"});
  const auto seen = store().extent()->at(1);
  for (int i = 0; i < 3; ++i) {
    fault = GetParam();
    EXPECT_THROW(test::append_of(store(), {"refused"}), store_failure);
    EXPECT_THROW(test::append_of(store(), {"refused", "refused"}), store_failure) << "the second look fails, too";
    EXPECT_EQ(store().last(), static_cast<event_sequence>(1 + i));
    fault = disk_fault::none;
    test::append_of(store(), {"b"});
  }
  EXPECT_THAT(sequences_in(store()), ElementsAre(1, 2, 3, 4));
  EXPECT_EQ(store().extent()->find(seen), 1U) << "nothing was lost, so places are what they were";
  EXPECT_THAT(sequences_after_power_cut(), ElementsAre(1, 2, 3, 4));
}

TEST_P(EventStoreFault, NeverBringsBackWhatItRefused) {
  const auto reader = store().open_reader(test::emitter_as_stored());
  test::append_of(store(), {"a"});
  EXPECT_EQ(reader->read({}).events.size(),
            1U); // It keeps the file open, so that the writer does not close it for all.
  fault = GetParam();
  EXPECT_THROW(test::append_of(store(), {"refused", "refused"}), store_failure);
  EXPECT_THAT(sequences_after_power_cut(), ElementsAre(1)) << "while the disk fails";
  fault = disk_fault::none;
  EXPECT_FALSE(store().purge(1000));
  EXPECT_THAT(sequences_after_power_cut(), ElementsAre(1)) << "after a second look, before the next event";
  EXPECT_EQ(reader->read({}).events.size(), 1U);
  test::append_of(store(), {"b"});
  EXPECT_THAT(sequences_after_power_cut(), ElementsAre(1, 2));
}

TEST_P(EventStoreFault, GivesOffsetsThatItFindsAgain) {
  for (int i = 0; i < 2; ++i) {
    test::append_of(store(), {"a"});
    fault = GetParam();
    EXPECT_THROW(test::append_of(store(), {"refused"}), store_failure);
    fault = disk_fault::none;
    const auto x = test::placed_event(store().last() + 1, "b");
    store().append({&x, 1}, {}, 1000);
    EXPECT_EQ(store().extent()->find({x->epoch, x->sequence}), x->sequence);
  }
}

TEST_P(EventStoreFault, SaysWhatTheDiskSays) {
  test::append_of(store(), {"a"});
  fault = GetParam();
  try {
    test::append_of(store(), {"refused"});
    FAIL() << "it was taken";
  } catch (const store_failure& why) {
    EXPECT_THAT(why.what(), HasSubstr(fault == disk_fault::full ? "disk is full" : "disk I/O error"));
  }
}

} // namespace
} // namespace arauto::app
