#include "actors/directory.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <thread>

namespace arauto {

namespace {

directory_entry_ptr entry_of(const std::string& name, const std::string& token, instance_number number) {
  instance_record record;
  record.name = name;
  record.token = token;
  auto x = std::make_shared<directory_entry>();
  x->number = number;
  x->token = key_digest::of(token);
  x->record = std::make_shared<const instance_record>(std::move(record));
  return x;
}

directory_ptr directory_of(std::initializer_list<directory_entry_ptr> entries, std::string_view key = "global") {
  auto x = std::make_shared<const directory>(key);
  directory_ptr current = x;
  for (const auto& entry : entries)
    current = current->with(entry);
  return current;
}

} // namespace

TEST(KeyDigest, IsSha256) {
  const auto x = key_digest::of("abc");
  EXPECT_EQ(x.bytes[0], 0xBA);
  EXPECT_EQ(x.bytes[1], 0x78);
  EXPECT_EQ(x.bytes[31], 0xAD);
  EXPECT_TRUE(x == key_digest::of("abc"));
  EXPECT_FALSE(x == key_digest::of("abd"));
}

TEST(KeyDigest, IsThatOfTheKeyWhateverCameBefore) {
  const std::string keys[] = {
      "", "a", "b", "ab", std::string("a\0", 2), std::string(128, 'x'), std::string(129, 'x'), std::string(129, 'y')};
  for (const auto& before : keys)
    for (const auto& key : keys) {
      key_digest::of(before);
      EXPECT_TRUE(key_digest::of(key) == key_digest::of_new(key)) << before << " before " << key;
      EXPECT_EQ(key_digest::of(before) == key_digest::of(key), before == key);
    }
}

TEST(Directory, FindsInstancesByName) {
  const auto x = directory_of({entry_of("a", "ta", 1), entry_of("b", "tb", 2)});
  ASSERT_TRUE(x->find("a"));
  EXPECT_EQ(x->find("a")->number, 1U);
  EXPECT_FALSE(x->find("A"));
  EXPECT_FALSE(x->find(""));
  EXPECT_EQ(x->size(), 2U);
}

TEST(Directory, KnowsTheGlobalKey) {
  const auto x = directory_of({entry_of("a", "ta", 1)});
  const auto owner = x->judge("global");
  EXPECT_TRUE(owner.is_global);
  EXPECT_TRUE(owner.is_known());
  EXPECT_TRUE(owner.opens(*x->find("a")));
}

TEST(Directory, OpensToATokenItsOwnInstanceOnly) {
  const auto x = directory_of({entry_of("a", "ta", 1), entry_of("b", "tb", 2)});
  const auto owner = x->judge("ta");
  EXPECT_FALSE(owner.is_global);
  EXPECT_TRUE(owner.is_known());
  EXPECT_TRUE(owner.opens(*x->find("a")));
  EXPECT_FALSE(owner.opens(*x->find("b")));
}

TEST(Directory, OpensToASharedTokenEachInstanceThatHasIt) {
  const auto x = directory_of({entry_of("a", "same", 1), entry_of("b", "same", 2), entry_of("c", "tc", 3)});
  const auto owner = x->judge("same");
  EXPECT_EQ(owner.instances.size(), 2U);
  EXPECT_TRUE(owner.opens(*x->find("a")));
  EXPECT_TRUE(owner.opens(*x->find("b")));
  EXPECT_FALSE(owner.opens(*x->find("c")));
}

TEST(Directory, KnowsNobodyByAWrongOrEmptyKey) {
  const auto x = directory_of({entry_of("a", "ta", 1)});
  for (const auto* key : {"", "GLOBAL", "ta ", "globa"})
    EXPECT_FALSE(x->judge(key).is_known()) << key;
}

TEST(Directory, WithoutAGlobalKeyHasNobodyWithThatKey) {
  const auto x = directory_of({}, "");
  EXPECT_FALSE(x->judge("").is_known());
  EXPECT_FALSE(x->judge("global").is_known());
}

TEST(Directory, ReplacesAnEntryOfThatNameWithItsToken) {
  const auto before = directory_of({entry_of("a", "old", 1)});
  const auto after = before->with(entry_of("a", "new", 1));
  EXPECT_EQ(after->size(), 1U);
  EXPECT_FALSE(after->judge("old").is_known());
  EXPECT_TRUE(after->judge("new").opens(*after->find("a")));
}

TEST(Directory, LeavesThePictureBeforeAChangeAsItWas) {
  const auto before = directory_of({entry_of("a", "ta", 1)});
  const auto after = before->without("a");
  EXPECT_EQ(before->size(), 1U);
  EXPECT_TRUE(before->find("a"));
  EXPECT_TRUE(before->judge("ta").is_known());
  EXPECT_EQ(after->size(), 0U);
  EXPECT_FALSE(after->find("a"));
  EXPECT_FALSE(after->judge("ta").is_known());
}

TEST(Directory, LeavesThePictureBeforeAdditionsAsItWas) {
  directory_ptr x = directory_of({});
  const auto add = [&x](instance_number first, instance_number last) {
    for (auto i = first; i < last; ++i)
      x = x->with(entry_of("n" + std::to_string(i), "t" + std::to_string(i), i));
  };
  add(0, 500); // Enough for names to share shards with those that follow.
  const auto before = x;
  add(500, 1000);
  EXPECT_EQ(before->all().size(), 500U);
  for (instance_number i = 500; i < 1000; ++i) {
    EXPECT_FALSE(before->find("n" + std::to_string(i)));
    EXPECT_FALSE(before->judge("t" + std::to_string(i)).is_known());
  }
}

TEST(Directory, RemovesOneOfTwoInstancesWithTheSameToken) {
  const auto x = directory_of({entry_of("a", "same", 1), entry_of("b", "same", 2)})->without("a");
  const auto owner = x->judge("same");
  ASSERT_EQ(owner.instances.size(), 1U);
  EXPECT_EQ(owner.instances.front()->record->name, "b");
}

TEST(Directory, IgnoresTheRemovalOfAnUnknownName) {
  EXPECT_EQ(directory_of({entry_of("a", "ta", 1)})->without("b")->size(), 1U);
}

TEST(Directory, ListsEveryInstanceOnce) {
  directory_ptr x = directory_of({});
  for (instance_number i = 0; i < 1000; ++i)
    x = x->with(entry_of("n" + std::to_string(i), "t" + std::to_string(i), i));
  auto all = x->all();
  EXPECT_EQ(x->size(), 1000U);
  std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a->number < b->number; });
  ASSERT_EQ(all.size(), 1000U);
  for (instance_number i = 0; i < 1000; ++i) {
    EXPECT_EQ(all[i]->number, i);
    EXPECT_TRUE(x->judge("t" + std::to_string(i)).opens(*all[i]));
  }
}

TEST(DirectoryView, SeesThePublishedPictureAtItsNextLook) {
  directory_board board{directory_of({})};
  directory_view view{board};
  EXPECT_EQ(view.get().size(), 0U);
  const auto version = board.version();
  board.publish(directory_of({entry_of("a", "ta", 1)}));
  EXPECT_NE(board.version(), version);
  EXPECT_EQ(view.get().size(), 1U);
}

TEST(DirectoryView, ReadsWhileAnotherThreadPublishes) {
  directory_board board{directory_of({})};
  std::atomic<bool> done{false};
  std::thread writer{[&] {
    for (instance_number i = 1; i <= 200; ++i)
      board.publish(board.current()->with(entry_of("n" + std::to_string(i), "t", i)));
    done = true;
  }};
  directory_view view{board};
  for (std::size_t seen = 0; !done;) {
    const auto now = view.get().size();
    EXPECT_GE(now, seen);
    seen = now;
  }
  writer.join();
  EXPECT_EQ(view.get().size(), 200U);
}

} // namespace arauto
