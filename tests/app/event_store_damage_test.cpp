// Bytes of the event log that change on the disk: found, and never served.
#include "app/store/event_store.hpp"
#include "net/log.hpp"
#include "tests/support/file_bytes.hpp"
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
  explicit EventStoreDamage(int batches = 20) {
    std::string name = (std::filesystem::temp_directory_path() / "arauto-damage-XXXXXX").string();
    directory = mkdtemp(name.data());
    const data_directory data{directory};
    disk_event_store store{data, {}};
    for (int i = 0; i < batches; ++i)
      test::append_of(store, {"a", "b", "a"}, 1000, "\"event " + std::to_string(i) + std::string(200, '.') + '"');
    whole = texts_in(store, {});
    whole_of_a = texts_in(store, {"id-of-a"});
    last = store.last();
  }
  ~EventStoreDamage() override { std::filesystem::remove_all(directory); }

  std::filesystem::path segment() const { return directory / "events/0000000001.log"; }

  /// Everything that a reader gives, page by page: the place and the envelope of each event.
  static std::vector<std::string> texts_in(disk_event_store& store, const std::vector<std::string>& instances) {
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

  std::string bytes_of_segment() const { return test::bytes_of(segment()); }
  void write_segment(const std::string& bytes) const {
    test::write_bytes(segment(), bytes);
    for (const auto& x : std::filesystem::directory_iterator(directory / "events")) // Of the last start.
      if (x.path().extension() == ".log" && x.path() != segment())
        std::filesystem::remove(x);
  }

  /// What a start and two readers make of a file with such bytes: everything, or a failure. Whether it was found.
  bool is_found(const std::string& bytes) const {
    write_segment(bytes);
    try {
      const data_directory data{directory};
      disk_event_store store{data, {}};
      EXPECT_EQ(texts_in(store, {}), whole);
      EXPECT_EQ(texts_in(store, {"id-of-a"}), whole_of_a);
      EXPECT_EQ(store.last(), last);
      return false;
    } catch (const std::runtime_error&) {
      return true;
    }
  }

  /// Changes a bit of bytes all over the file.
  void expect_no_change_unnoticed(const std::string& bytes, std::size_t step) const {
    std::mt19937 random; // The same in every run.
    std::size_t found = 0;
    std::size_t tries = 0;
    for (std::size_t at = random() % step; at < bytes.size(); at += step, ++tries) {
      SCOPED_TRACE("byte " + std::to_string(at) + " was changed");
      auto changed = bytes;
      changed[at] = static_cast<char>(changed[at] ^ (1 << random() % 8));
      found += is_found(changed) ? 1 : 0;
    }
    EXPECT_GT(found, tries / 2) << "most bytes are in use";
  }

  /// The file as it is when the process was killed: without what closes it, with some space reserved.
  std::string killed() const {
    auto bytes = bytes_of_segment();
    segment_file file{segment(), disk::access::read_only};
    bytes.resize(file.read_index().value().end);
    bytes.resize(bytes.size() + 4096, '\0');
    return bytes;
  }

  std::filesystem::path directory;
  std::vector<std::string> whole;
  std::vector<std::string> whole_of_a;
  event_sequence last = 0;
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
  disk_event_store store{data, {}};
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

TEST_F(EventStoreDamage, IsFoundWhereverABitChanges) {
  expect_no_change_unnoticed(bytes_of_segment(), 211);
}

TEST_F(EventStoreDamage, IsFoundWhereverABitChangesInAFileThatWasNeverClosed) {
  expect_no_change_unnoticed(killed(), 223);
}

TEST_F(EventStoreDamage, IsFoundWhereACommitBeforeOthersIsGone) {
  const auto bytes = killed();
  const auto second = bytes.find("CMT1", bytes.find("CMT1") + 1);
  const auto third = bytes.find("CMT1", second + 1);
  auto hole = bytes;
  std::fill(hole.begin() + static_cast<std::ptrdiff_t>(second), hole.begin() + static_cast<std::ptrdiff_t>(third),
            '\0');
  EXPECT_TRUE(is_found(hole));
  const data_directory data{directory};
  disk_event_store store{data, {}};
  EXPECT_EQ(store.last(), last) << "what comes behind is still there";
  const auto reader = store.open_reader(test::emitter_as_stored());
  EXPECT_EQ(reader->read({}).events.size(), 3U) << "up to the hole";
  event_query behind;
  behind.after = 6;
  EXPECT_EQ(reader->read(behind).events.size(), whole.size() - 6);
  behind.after = 3;
  EXPECT_THROW(reader->read(behind), store_failure);
}

TEST_F(EventStoreDamage, LeavesTheServerAbleToGoOn) {
  auto bytes = killed();
  bytes[bytes.rfind("event 19.") + 2] = '#';
  write_segment(bytes);
  for (int i = 0; i < 2; ++i) {
    const data_directory data{directory};
    disk_event_store store{data, {}};
    EXPECT_GE(store.last(), last);
    const auto at = store.last();
    test::append_of(store, {"a"});
    event_query behind;
    behind.after = at;
    EXPECT_EQ(store.open_reader(test::emitter_as_stored())->read(behind).events.size(), 1U);
    EXPECT_THROW(texts_in(store, {}), store_failure);
  }
}

} // namespace
} // namespace arauto::app
