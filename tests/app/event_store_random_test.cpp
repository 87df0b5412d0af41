// Random lives of an event log: what it has is what a plain list would have.
#include "app/store/event_store.hpp"
#include "app/store/log_files.hpp"
#include "tests/support/file_bytes.hpp"
#include "tests/support/stored_events.hpp"

#include <gmock/gmock.h>

#include <cstdlib>
#include <filesystem>
#include <random>
#include <set>

namespace arauto::app {
namespace {

class EventStoreRandom : public testing::TestWithParam<unsigned> {
protected:
  EventStoreRandom() {
    std::string name = (std::filesystem::temp_directory_path() / "arauto-random-XXXXXX").string();
    directory = mkdtemp(name.data());
    settings.segment_bytes = 20000;
    open();
  }
  ~EventStoreRandom() override {
    reader.reset();
    store.reset();
    data.reset();
    std::filesystem::remove_all(directory);
  }

  void open() {
    reader.reset();
    store.reset();
    data.reset();
    data = std::make_unique<data_directory>(directory);
    store = std::make_unique<disk_event_store>(*data, settings);
    reader = store->open_reader(test::emitter_as_stored());
  }

  std::size_t below(std::size_t n) { return random() % n; }

  void append() {
    std::vector<event_ptr> events;
    const auto count = 1 + below(below(4) == 0 ? 60 : 4);
    for (std::size_t i = 0; i < count; ++i) {
      const auto who = std::string(1, static_cast<char>('a' + below(5)));
      const auto size = below(20) == 0 ? below(9000) : below(300);
      events.push_back(test::placed_event(store->last() + 1 + i, who + std::to_string(generation[who]),
                                          '"' + std::string(size, static_cast<char>('a' + below(26))) + '"'));
    }
    store->append(events, {}, 1000);
    model.insert(model.end(), events.begin(), events.end());
  }

  void erase() {
    const auto who = std::string(1, static_cast<char>('a' + below(5)));
    const auto name = who + std::to_string(generation[who]++);
    store->erase("id-of-" + name);
    std::erase_if(model, [&](const event_ptr& x) { return x->from->name == name; });
    erased.insert("id-of-" + name);
    for (auto steps = below(4); steps > 0; --steps)
      store->purge(1000);
  }

  /// As after a SIGKILL: the files as they are now, and the log is opened again from those.
  void kill() {
    const auto copy = directory.string() + "-copy";
    std::filesystem::copy(directory, copy, std::filesystem::copy_options::recursive);
    reader.reset();
    store.reset();
    data.reset();
    std::filesystem::remove_all(directory);
    std::filesystem::rename(copy, directory);
    open();
  }

  std::vector<std::string> texts(event_query x) {
    std::vector<std::string> all;
    x.events_max = 1 + below(200);
    x.bytes_max = 1 + below(100000);
    for (auto page = reader->read(x);; page = reader->read(x)) {
      for (const auto& one : page.events)
        if (!erased.contains(one.what->from->id)) // Its bytes go later.
          all.push_back(std::to_string(one.what->sequence) + envelope_json(*one.what));
      x.after = page.through;
      if (page.is_end)
        return all;
    }
  }

  void compare() {
    event_query x;
    x.after = below(2) == 0 ? 0 : below(store->last() + 1);
    if (below(2) == 0)
      x.before = 1 + below(store->last() + 2);
    if (below(2) == 0) {
      x.instances.emplace();
      for (auto n = below(3); n-- > 0;) {
        const auto who = std::string(1, static_cast<char>('a' + below(5)));
        x.instances->push_back("id-of-" + who + std::to_string(generation[who]));
      }
    }
    std::vector<std::string> expected;
    for (const auto& one : model)
      if (one->sequence > x.after && one->sequence < x.before && x.wants(one->from->id, one->what.name))
        expected.push_back(std::to_string(one->sequence) + envelope_json(*one));
    ASSERT_EQ(texts(x), expected);
  }

  std::filesystem::path directory;
  event_store_settings settings;
  std::unique_ptr<data_directory> data;
  std::unique_ptr<disk_event_store> store;
  std::unique_ptr<event_reader> reader;
  std::mt19937 random{GetParam()};
  std::map<std::string, int> generation;
  std::vector<event_ptr> model;
  std::set<std::string> erased;
};

INSTANTIATE_TEST_SUITE_P(Seeds, EventStoreRandom, testing::Range(1U, 9U));

TEST_P(EventStoreRandom, HasWhatWasAppendedAndNotErased) {
  for (int i = 0; i < 150; ++i) {
    SCOPED_TRACE("step " + std::to_string(i));
    switch (below(12)) {
    case 0:
      open();
      break;
    case 1:
      kill();
      break;
    case 2:
      erase();
      break;
    default:
      append();
    }
    compare();
    if (HasFatalFailure())
      return;
  }
  while (store->purge(1000)) {
  }
  compare();
  const log_files files{directory};
  std::uint64_t events = 0;
  files.verify([&](const log_files::verdict& x) {
    EXPECT_THAT(x.faults, testing::IsEmpty()) << x.file;
    events += x.events;
  });
  EXPECT_EQ(events, model.size());
  for (const auto& path : segment_files(directory / "events"))
    for (const auto& id : erased)
      EXPECT_EQ(test::bytes_of(path).find(id), std::string::npos) << id << " is still in " << path;
}

} // namespace
} // namespace arauto::app
