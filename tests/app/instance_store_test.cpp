#include "app/store/instance_store.hpp"

#include <gtest/gtest.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace arauto::app {

namespace {

instance_record record_of(const std::string& name) {
  instance_record x;
  x.id = "id of " + name;
  x.name = name;
  x.token = "token of " + name;
  x.integration = "EVOLUTION";
  x.connection_status = "open";
  x.owner_jid = "5511@s.whatsapp.net";
  x.number = "";
  x.behaviour.id = "setting of " + name;
  x.behaviour.reject_call = true;
  x.behaviour.msg_call = "busy, 'really'";
  x.behaviour.read_status = true;
  x.generation = 7;
  x.created_at_ms = 1795348281216;
  x.updated_at_ms = 1795348281217;
  return x;
}

websocket_row row_of(std::vector<std::string> events) {
  return {"row", true, std::move(events), 1795348289730, 1795348289748};
}

void expect_same(const websocket_row& a, const websocket_row& b) {
  EXPECT_EQ(a.id, b.id);
  EXPECT_EQ(a.enabled, b.enabled);
  EXPECT_EQ(a.events, b.events);
  EXPECT_EQ(a.created_at_ms, b.created_at_ms);
  EXPECT_EQ(a.updated_at_ms, b.updated_at_ms);
  EXPECT_EQ(a.keeps_events, b.keeps_events);
  EXPECT_EQ(a.recovery, b.recovery);
}

void expect_same(const webhook_row& a, const webhook_row& b) {
  EXPECT_EQ(a.id, b.id);
  EXPECT_EQ(a.url, b.url);
  EXPECT_EQ(a.headers, b.headers);
  EXPECT_EQ(a.enabled, b.enabled);
  EXPECT_EQ(a.events, b.events);
  EXPECT_EQ(a.by_events, b.by_events);
  EXPECT_EQ(a.base64, b.base64);
  EXPECT_EQ(a.created_at_ms, b.created_at_ms);
  EXPECT_EQ(a.updated_at_ms, b.updated_at_ms);
}

void expect_same(const behaviour_row& a, const behaviour_row& b) {
  EXPECT_EQ(a.id, b.id);
  EXPECT_EQ(a.reject_call, b.reject_call);
  EXPECT_EQ(a.msg_call, b.msg_call);
  EXPECT_EQ(a.groups_ignore, b.groups_ignore);
  EXPECT_EQ(a.always_online, b.always_online);
  EXPECT_EQ(a.read_messages, b.read_messages);
  EXPECT_EQ(a.read_status, b.read_status);
  EXPECT_EQ(a.sync_full_history, b.sync_full_history);
  EXPECT_EQ(a.wavoip_token, b.wavoip_token);
}

void expect_same(const instance_record& a, const instance_record& b) {
  EXPECT_EQ(a.id, b.id);
  EXPECT_EQ(a.name, b.name);
  EXPECT_EQ(a.token, b.token);
  EXPECT_EQ(a.integration, b.integration);
  EXPECT_EQ(a.connection_status, b.connection_status);
  EXPECT_EQ(a.owner_jid, b.owner_jid);
  EXPECT_EQ(a.profile_name, b.profile_name);
  EXPECT_EQ(a.profile_pic_url, b.profile_pic_url);
  EXPECT_EQ(a.number, b.number);
  EXPECT_EQ(a.business_id, b.business_id);
  EXPECT_EQ(a.generation, b.generation);
  EXPECT_EQ(a.created_at_ms, b.created_at_ms);
  EXPECT_EQ(a.updated_at_ms, b.updated_at_ms);
  expect_same(a.behaviour, b.behaviour);
  ASSERT_EQ(a.websocket.has_value(), b.websocket.has_value());
  if (a.websocket)
    expect_same(*a.websocket, *b.websocket);
  ASSERT_EQ(a.webhook.has_value(), b.webhook.has_value());
  if (a.webhook)
    expect_same(*a.webhook, *b.webhook);
}

unsigned mode_of(const std::filesystem::path& path) {
  struct stat x {};
  EXPECT_EQ(::stat(path.c_str(), &x), 0) << path;
  return x.st_mode & 0777U;
}

} // namespace

class InstanceStore : public ::testing::Test {
protected:
  InstanceStore() {
    auto name = (std::filesystem::temp_directory_path() / "arauto-store-XXXXXX").string();
    root_ = ::mkdtemp(name.data());
  }
  ~InstanceStore() override { std::filesystem::remove_all(root_); }

  std::filesystem::path place() const { return root_ / "a" / "data"; }

  std::vector<instance_record> reopened() const {
    const data_directory where{place()};
    return sqlite_instance_store{where}.load();
  }

  /// What opening the data directory and its store complains of.
  std::string complaint() const {
    try {
      const data_directory where{place()};
      sqlite_instance_store{where}.load();
      return "(none)";
    } catch (const std::runtime_error& why) {
      return why.what();
    }
  }

private:
  std::filesystem::path root_;
};

TEST_F(InstanceStore, IsEmptyAtFirst) {
  EXPECT_TRUE(reopened().empty());
}

TEST_F(InstanceStore, HasEverythingAgainAfterReopening) {
  auto plain = record_of("plain");
  auto full = record_of("çã 日本 'quoted'");
  full.profile_name = "Prof";
  full.profile_pic_url = "http://x/y.png";
  full.business_id = "998877";
  full.behaviour.groups_ignore = full.behaviour.always_online = full.behaviour.read_messages = true;
  full.behaviour.sync_full_history = true;
  full.behaviour.wavoip_token = "w";
  full.websocket = row_of({"CALL", "CALL", "MESSAGES_UPSERT"});
  full.websocket->keeps_events = false;
  full.websocket->recovery = false;
  full.created_at_ms += 1;
  {
    const data_directory where{place()};
    sqlite_instance_store store{where};
    EXPECT_FALSE(store.insert(plain));
    EXPECT_FALSE(store.insert(full));
  }
  const auto all = reopened();
  ASSERT_EQ(all.size(), 2U);
  expect_same(all[0], plain);
  expect_same(all[1], full);
}

TEST_F(InstanceStore, ReplacesEverythingOfAnInstance) {
  auto x = record_of("x");
  {
    const data_directory where{place()};
    sqlite_instance_store store{where};
    ASSERT_FALSE(store.insert(x));
    x.websocket = row_of({"CALL"});
    EXPECT_FALSE(store.update(x));
    x.websocket = websocket_row{"row", false, {}, 1795348289730, 1795348289999};
    x.webhook = webhook_row{"hook", "http://x/", R"({"a":"b"})", true, {"CALL"}, true, false, 3, 4};
    x.token = "another";
    x.generation = 2;
    EXPECT_FALSE(store.update(x));
  }
  const auto all = reopened();
  ASSERT_EQ(all.size(), 1U);
  expect_same(all[0], x);
}

TEST_F(InstanceStore, ForgetsARemovedInstanceAndItsRow) {
  auto x = record_of("x");
  x.websocket = row_of({"CALL"});
  {
    const data_directory where{place()};
    sqlite_instance_store store{where};
    ASSERT_FALSE(store.insert(x));
    EXPECT_FALSE(store.remove(x.id));
    x.websocket.reset();
    EXPECT_FALSE(store.insert(x)); // The same id again: the old row must not come back with it.
  }
  const auto all = reopened();
  ASSERT_EQ(all.size(), 1U);
  EXPECT_FALSE(all[0].websocket);
}

TEST_F(InstanceStore, SaysWhyAChangeFailedAndChangesNothing) {
  {
    const data_directory where{place()};
    sqlite_instance_store store{where};
    ASSERT_FALSE(store.insert(record_of("x")));
    auto same_name = record_of("x");
    same_name.id = "another";
    same_name.websocket = row_of({"CALL"});
    const auto why = store.insert(same_name);
    ASSERT_TRUE(why);
    EXPECT_NE(why->find("UNIQUE"), std::string::npos) << *why;
    EXPECT_TRUE(store.update(record_of("nobody")));
    EXPECT_FALSE(store.insert(record_of("y"))) << "the store goes on after a failure";
  }
  const auto all = reopened();
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].name, "x");
  EXPECT_FALSE(all[0].websocket);
  EXPECT_EQ(all[1].name, "y");
}

TEST_F(InstanceStore, KeepsWhatWasAnsweredThroughAKill) {
  int told[2];
  ASSERT_EQ(::pipe(told), 0);
  const auto child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    const data_directory where{place()};
    sqlite_instance_store store{where};
    for (int i = 0;; ++i) {
      const auto failed = store.insert(record_of("n" + std::to_string(i))).has_value();
      const char answer = failed ? '!' : '.';
      if (::write(told[1], &answer, 1) != 1 || failed)
        ::_exit(1);
    }
  }
  ::close(told[1]);
  char answers[20];
  std::size_t answered = 0;
  while (answered < sizeof answers) {
    const auto count = ::read(told[0], answers + answered, sizeof answers - answered);
    if (count <= 0)
      break;
    answered += static_cast<std::size_t>(count);
  }
  ASSERT_EQ(::kill(child, SIGKILL), 0);
  ASSERT_EQ(::waitpid(child, nullptr, 0), child);
  ::close(told[0]);
  ASSERT_EQ(std::string(answers, answered), std::string(sizeof answers, '.'));
  const auto all = reopened();
  EXPECT_GE(all.size(), sizeof answers);
}

TEST_F(InstanceStore, IsReadableByItsOwnerOnly) {
  const auto before = ::umask(0);
  {
    const data_directory where{place()};
    sqlite_instance_store store{where};
    EXPECT_FALSE(store.insert(record_of("x")));
    EXPECT_EQ(mode_of(place()), 0700U);
    for (const auto* name : {"lock", "arauto.db", "arauto.db-wal", "arauto.db-shm"})
      EXPECT_EQ(mode_of(place() / name), 0600U) << name;
  }
  ::umask(before);
}

TEST_F(InstanceStore, RefusesASecondOpener) {
  const data_directory first{place()};
  const auto why = complaint();
  EXPECT_NE(why.find("in use by another process"), std::string::npos) << why;
  EXPECT_NE(why.find(place().string()), std::string::npos) << why;
}

TEST_F(InstanceStore, OpensAgainAfterTheFirstOpenerIsGone) {
  { const data_directory first{place()}; }
  EXPECT_EQ(complaint(), "(none)");
}

TEST_F(InstanceStore, RefusesAFileOfANewerVersion) {
  {
    const data_directory where{place()};
    sqlite_instance_store store{where};
    sqlite::database{(place() / "arauto.db").string()}.run("PRAGMA user_version = 1000");
  }
  EXPECT_NE(complaint().find("written by a newer one"), std::string::npos) << complaint();
}

TEST_F(InstanceStore, SaysWhatIsWrongWithAFileThatIsNoDatabase) {
  { const data_directory where{place()}; }
  std::ofstream{place() / "arauto.db"} << std::string(4096, 'x');
  EXPECT_NE(complaint().find("not a database"), std::string::npos) << complaint();
}

TEST_F(InstanceStore, CanBeReadBesideItsOwner) {
  EXPECT_TRUE(read_instances(place()).empty());
  EXPECT_FALSE(std::filesystem::exists(place())) << "reading makes nothing";
  const data_directory where{place()};
  sqlite_instance_store store{where};
  auto x = record_of("x");
  x.websocket = row_of({"CALL"});
  ASSERT_FALSE(store.insert(x));
  const auto all = read_instances(place());
  ASSERT_EQ(all.size(), 1U);
  expect_same(all[0], x);
  EXPECT_FALSE(store.remove(x.id));
}

TEST_F(InstanceStore, IsNotBroughtUpToDateByReading) {
  const data_directory where{place()};
  sqlite_instance_store store{where};
  sqlite::database{(place() / "arauto.db").string()}.run("PRAGMA user_version = 1");
  EXPECT_THROW(read_instances(place()), std::runtime_error);
}

TEST_F(InstanceStore, SaysThatADataDirectoryIsAFile) {
  std::filesystem::create_directories(place().parent_path());
  std::ofstream{place()} << "x";
  EXPECT_NE(complaint().find("Cannot create the data directory"), std::string::npos) << complaint();
}

} // namespace arauto::app
