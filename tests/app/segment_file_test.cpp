// What a reader makes of every byte of a segment that changed, and of every way in which its last commit can be torn.
#include "app/store/event_segment.hpp"
#include "tests/support/file_bytes.hpp"
#include "tests/support/stored_events.hpp"

#include <gmock/gmock.h>

#include <array>
#include <cstdlib>
#include <filesystem>

namespace arauto::app {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

/// A segment with a few commits as a process that was killed leaves it, with a claim and two instances.
class SegmentFile : public testing::Test {
protected:
  SegmentFile() {
    std::string name = (std::filesystem::temp_directory_path() / "arauto-segment-XXXXXX").string();
    directory = mkdtemp(name.data());
    path = directory / "0000000001.log";
    test::write_bytes(path, "");
    event_segment segment{path, 1, 100, 1000};
    event_sequence last = 100;
    for (const auto* data : {"\"first\"", "\"second\"", "\"third\""}) {
      const auto text = std::string{data}.insert(1, std::string(300, '.'));
      const std::array events{test::placed_event(last + 1, "a", text), test::placed_event(last + 2, "b", text),
                              test::placed_event(last + 3, "a")};
      const std::array claims{event_claim{events[1], claim_digest::of(data), claim_digest::of("body")}};
      segment.append(events, claims, 1000);
      last += 3;
    }
    bytes = test::bytes_of(path);
    bytes.resize(bytes.find_last_not_of('\0') + 1);
    begin = bytes.rfind("CMT1");
  }
  ~SegmentFile() override { std::filesystem::remove_all(directory); }

  segment_index scan(const std::string& x) const {
    test::write_bytes(path, x);
    segment_file file{path, disk::access::read_only};
    segment_index index;
    file.scan(index);
    return index;
  }

  void expect_without_last_commit(const std::string& x) const {
    const auto index = scan(x);
    EXPECT_THAT(index.damages, IsEmpty());
    EXPECT_EQ(index.last, 106U);
    EXPECT_EQ(index.events, 6U);
    EXPECT_EQ(index.end, begin);
  }

  std::filesystem::path directory;
  std::filesystem::path path;
  /// Without what was reserved.
  std::string bytes;
  /// Of the last commit.
  std::size_t begin = 0;
};

TEST_F(SegmentFile, IsReadAsItWasWritten) {
  const auto index = scan(bytes);
  EXPECT_THAT(index.damages, IsEmpty());
  EXPECT_EQ(index.events, 9U);
  EXPECT_EQ(index.claims.size(), 3U);
  EXPECT_EQ(index.last_of("id-of-a"), 109U);
  EXPECT_EQ(index.last_of("id-of-b"), 108U);
  EXPECT_EQ(index.last_of("id-of-c"), 0U);
  const auto again = unpacked(packed(index, 7), 7);
  ASSERT_TRUE(again);
  EXPECT_EQ(packed(*again, 7).size(), packed(index, 7).size());
  EXPECT_EQ(again->last_of("id-of-b"), 108U);
  EXPECT_FALSE(unpacked(packed(index, 7), 8));
}

TEST_F(SegmentFile, IsFoundOutWhereverAByteChanges) {
  std::size_t unused = 0;
  for (std::size_t at = log_format::block; at < bytes.size(); ++at) {
    auto changed = bytes + std::string(4096, '\0');
    changed[at] = static_cast<char>(changed[at] ^ 4);
    const auto index = scan(changed);
    if (!index.damages.empty()) {
      EXPECT_GE(index.last_used(), 109U) << "byte " << at << ": a place would be given twice";
    } else {
      EXPECT_EQ(index.events, 9U) << "byte " << at;
      ++unused;
    }
  }
  EXPECT_LT(unused, 3 * (log_format::block + log_format::end_mark.size())) << "end marks, and what fills blocks up";
}

TEST_F(SegmentFile, HasNoHeaderWhereOneOfItsBytesChanges) {
  for (std::size_t at = 0; at < log_format::block; ++at) {
    auto changed = bytes;
    changed[at] = static_cast<char>(changed[at] ^ 4);
    test::write_bytes(path, changed);
    EXPECT_FALSE((segment_file{path, disk::access::read_only}.header())) << "byte " << at;
  }
}

TEST_F(SegmentFile, EndsBeforeACommitThatWasNotWrittenWhole) {
  for (auto at = begin; at < bytes.size(); ++at) {
    SCOPED_TRACE("cut at byte " + std::to_string(at));
    expect_without_last_commit(bytes.substr(0, at));
    expect_without_last_commit(bytes.substr(0, at) + std::string(4096, '\0'));
  }
}

TEST_F(SegmentFile, EndsBeforeACommitOfWhichASectorWasNotWritten) {
  constexpr std::size_t sector = 512;
  ASSERT_GT(bytes.size() - begin, 2 * sector);
  for (auto at = begin / sector; at <= (bytes.size() - 1) / sector; ++at) {
    SCOPED_TRACE("without sector " + std::to_string(at));
    auto torn = bytes + std::string(4096, '\0');
    const auto from = std::max(begin, at * sector);
    const auto to = std::min(bytes.size(), (at + 1) * sector);
    torn.replace(from, to - from, to - from, '\0');
    expect_without_last_commit(torn);
  }
}

TEST_F(SegmentFile, IsDamagedWhereACommitBeforeAnotherIsGone) {
  const auto second = bytes.find("CMT1", bytes.find("CMT1") + 1);
  auto hole = bytes;
  hole.replace(second, begin - second, begin - second, '\0');
  const auto index = scan(hole);
  ASSERT_EQ(index.damages.size(), 1U);
  EXPECT_EQ(index.damages[0].first, 104U);
  EXPECT_EQ(index.damages[0].last, 106U);
  EXPECT_EQ(index.events, 6U);
  EXPECT_EQ(index.last, 109U);
}

TEST_F(SegmentFile, TakesNoCommitOfAnotherFile) {
  const auto one = bytes;
  const auto other_path = directory / "0000000002.log";
  test::write_bytes(other_path, "");
  event_segment{other_path, 1, 100, 1000};
  auto other = test::bytes_of(other_path).substr(0, log_format::block);
  const auto index = scan(other + one.substr(log_format::block));
  EXPECT_EQ(index.events, 0U);
  EXPECT_FALSE(index.damages.empty());
}

TEST_F(SegmentFile, HasOneSyncForCommitsOfOneBatch) {
  const std::string large(5000000, 'x'); // More than a commit holds.
  event_segment segment{path, 1, 0, 1000};
  std::vector<event_ptr> events;
  for (event_sequence i = 1; i <= 3; ++i)
    events.push_back(test::placed_event(i, "a", '"' + large + '"'));
  segment.append(events, {}, 1000);
  auto all = test::bytes_of(path);
  EXPECT_EQ(scan(all).events, 3U);
  const auto second = all.find("CMT1", all.find("CMT1") + 1);
  all.replace(second + 100000, 4096, 4096, '\0');
  const auto torn = scan(all);
  EXPECT_THAT(torn.damages, IsEmpty()) << "what comes behind was written before that was synced";
  EXPECT_EQ(torn.events, 1U);
}

} // namespace
} // namespace arauto::app
