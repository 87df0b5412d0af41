#include "app/backup.hpp"
#include "app/log_tool.hpp"
#include "app/store/event_store.hpp"
#include "app/store/log_files.hpp"
#include "tests/support/file_bytes.hpp"
#include "tests/support/stored_events.hpp"

#include <gmock/gmock.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace arauto::app {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

/// A data directory with a log, whose server runs or does not.
class LogTool : public testing::Test {
protected:
  LogTool() {
    std::string name = (std::filesystem::temp_directory_path() / "arauto-tool-XXXXXX").string();
    home = mkdtemp(name.data());
    data = home / "data";
    start();
  }
  ~LogTool() override {
    stop();
    std::filesystem::remove_all(home);
  }

  void start() {
    directory = std::make_unique<data_directory>(data);
    store = std::make_unique<disk_event_store>(*directory, settings);
  }
  void stop() {
    store.reset();
    directory.reset();
  }

  /// What a tool printed, and its exit code.
  struct outcome {
    int code = 0;
    std::string out, errors;
  };
  template <class Tool>
  static outcome run(const Tool& tool) {
    std::ostringstream out;
    std::ostringstream errors;
    const auto code = tool(out, errors);
    return {code, out.str(), errors.str()};
  }
  outcome show(const log_question& what) const {
    return run([&](auto& out, auto& errors) { return show_log(data, what, out, errors); });
  }
  outcome verify() const {
    return run([&](auto& out, auto& errors) { return verify_log(data, out, errors); });
  }
  outcome backup(const std::filesystem::path& to) const {
    return run([&](auto& out, auto& errors) { return make_backup(data, to, "0", out, errors); });
  }
  outcome restore(const std::filesystem::path& from, bool force = false) const {
    return run([&](auto& out, auto& errors) { return restore_backup(from, data, force, out, errors); });
  }
  std::string at(event_sequence x) const { return to_string(store->extent()->at(x)); }

  static void flip_in(const std::filesystem::path& path, const std::string& text) {
    std::fstream file{path, std::ios::in | std::ios::out | std::ios::binary};
    const std::string all{std::istreambuf_iterator<char>{file}, {}};
    ASSERT_NE(all.find(text), std::string::npos) << path;
    file.clear();
    file.seekp(static_cast<std::streamoff>(all.find(text)));
    file.put('#');
  }

  std::filesystem::path home;
  std::filesystem::path data;
  event_store_settings settings;
  std::unique_ptr<data_directory> directory;
  std::unique_ptr<disk_event_store> store;
};

TEST_F(LogTool, ShowsEventsBesideARunningServerAndWithoutOne) {
  test::append_of(*store, {"a", "b", "a"}, 1000, R"({"n":1})");
  const auto second = at(2);
  for (int i = 0; i < 2; ++i) {
    const auto all = show({});
    EXPECT_EQ(all.code, 0) << all.errors;
    EXPECT_EQ(std::count(all.out.begin(), all.out.end(), '\n'), 3);
    EXPECT_THAT(all.out, HasSubstr(second + "  1970-01-01T00:00:01.000Z  b  call  {\"n\":1}\n"));
    stop();
  }
}

TEST_F(LogTool, ShowsWhatIsAskedFor) {
  test::append_of(*store, {"a", "b", "a", "a"});
  const auto lines = [&](const log_question& what) {
    const auto x = show(what);
    EXPECT_EQ(x.code, 0) << x.errors;
    return std::count(x.out.begin(), x.out.end(), '\n');
  };
  EXPECT_EQ(lines({.instance = "a"}), 3);
  EXPECT_EQ(lines({.instance = "id-of-b"}), 1);
  EXPECT_EQ(lines({.after = at(1), .before = at(4)}), 2);
  EXPECT_EQ(lines({.event = "CALL"}), 4);
  EXPECT_EQ(lines({.event = "chats.set"}), 0);
  EXPECT_EQ(lines({.limit = 2}), 2);
  EXPECT_THAT(show({.limit = 2}).errors, HasSubstr("--limit 0"));
  EXPECT_EQ(lines({.limit = 0}), 4);
  EXPECT_THAT(show({.limit = 1, .json = true}).out,
              testing::StartsWith(R"({"offset":")" + at(1) + R"(","event":"call","instance":"a","data":{})"));
}

TEST_F(LogTool, SaysWhatIsWrongWithAQuestion) {
  EXPECT_THAT(show({.instance = "nobody"}).errors, HasSubstr("nobody"));
  EXPECT_THAT(show({.after = "7"}).errors, HasSubstr("no offset"));
  EXPECT_THAT(show({.after = "0123456789abcdef-7"}).errors, HasSubstr("none of this log"));
  EXPECT_THAT(show({.event = "messages.upser"}).errors, HasSubstr("messages.upsert"));
  data = home / "elsewhere";
  EXPECT_EQ(show({}).code, 2);
  EXPECT_THAT(show({}).errors, HasSubstr("--data-dir"));
}

TEST_F(LogTool, FollowsWhatComes) {
  test::append_of(*store, {"a"}, 1000, R"("before")");
  int looks = 0;
  const auto x = run([&](auto& out, auto& errors) {
    return tail_log(data, {}, out, errors, [&] {
      if (++looks == 1)
        test::append_of(*store, {"a"}, 1000, R"("after")");
      return looks == 3;
    });
  });
  EXPECT_THAT(x.out, HasSubstr("\"after\""));
  EXPECT_THAT(x.out, Not(HasSubstr("\"before\"")));
}

TEST_F(LogTool, FindsEveryEventThatWasChanged) {
  settings.segment_bytes = 1;
  stop();
  start();
  test::append_of(*store, {"a", "a"}, 1000, R"("first text")");
  test::append_of(*store, {"a"}, 1000, R"("second text")");
  EXPECT_EQ(verify().code, 0) << verify().errors;
  EXPECT_THAT(verify().out, HasSubstr("3 events, all sound"));
  stop();
  flip_in(segment_files(data / "events").at(1), "second text");
  const auto x = verify();
  EXPECT_EQ(x.code, 1);
  EXPECT_THAT(x.errors, HasSubstr("place 3"));
  EXPECT_THAT(x.out, HasSubstr("places 1 to 2, sound"));
  std::ofstream{segment_files(data / "events").at(0)} << "no database";
  EXPECT_EQ(verify().code, 1);
}

TEST_F(LogTool, FindsThatEventsAreGone) {
  settings.segment_bytes = 1;
  stop();
  start();
  test::append_of(*store, {"a"}, 1000, R"("first text")");
  test::append_of(*store, {"a"}, 1000, R"("second text")");
  test::append_of(*store, {"a"}, 1000, R"("third text")");
  stop();
  const auto file = segment_files(data / "events").at(1);
  test::write_bytes(file, test::bytes_of(file).substr(0, log_format::block));
  const auto x = verify();
  EXPECT_EQ(x.code, 1);
  EXPECT_THAT(x.errors, HasSubstr("the events from place 2 to 2 are gone"));
}

TEST_F(LogTool, SaysWhatToDoWithALogOfAnOlderForm) {
  stop();
  sqlite::database{(data / "events" / "0000000009.db").string()}.run("CREATE TABLE event(sequence)");
  const auto x = verify();
  EXPECT_EQ(x.code, 2);
  EXPECT_THAT(x.errors, HasSubstr("start the server on this data directory once"));
  EXPECT_THAT(backup(home / "copy").errors, HasSubstr("start the server on this data directory once"));
}

TEST_F(LogTool, BringsBackWhatABackupHas) {
  test::append_of(*store, {"a", "b"}, 1000, R"("kept")");
  const auto epoch = store->extent()->now().number;
  const auto made = backup(home / "copy");
  EXPECT_EQ(made.code, 0) << made.errors;
  test::append_of(*store, {"a"}, 1000, R"("behind the backup")");
  EXPECT_EQ(restore(home / "copy").code, 1) << "a server runs";
  stop();
  EXPECT_THAT(restore(home / "copy").errors, HasSubstr("--force"));
  const auto done = restore(home / "copy", true);
  EXPECT_EQ(done.code, 0) << done.errors;
  EXPECT_THAT(done.out, HasSubstr("before-restore"));
  start();
  EXPECT_EQ(store->last(), 2U);
  EXPECT_TRUE(store->extent()->find({epoch, 2}));
  EXPECT_FALSE(store->extent()->find({epoch, 3})) << "a client ahead of the backup is a new session";
  test::append_of(*store, {"a"});
  EXPECT_FALSE(store->extent()->find({epoch, 3}));
}

TEST_F(LogTool, TakesNoBackupThatIsNotWhole) {
  test::append_of(*store, {"a"}, 1000, R"("some text")");
  ASSERT_EQ(backup(home / "copy").code, 0);
  EXPECT_THAT(backup(home / "copy").errors, HasSubstr("not empty"));
  stop();
  EXPECT_EQ(restore(home).code, 1) << "no backup at all";
  flip_in(home / "copy" / "events" / "0000000001.log", "some text");
  const auto x = restore(home / "copy", true);
  EXPECT_EQ(x.code, 1);
  EXPECT_THAT(x.errors, HasSubstr("not what the manifest says"));
  std::ofstream{home / "copy" / "manifest.json"} << R"({"format":1,"files":[{"name":"../data/arauto.db"}]})";
  EXPECT_THAT(restore(home / "copy", true).errors, HasSubstr("its manifest names"));
  start();
  EXPECT_EQ(store->last(), 1U) << "nothing was changed";
}

} // namespace
} // namespace arauto::app
