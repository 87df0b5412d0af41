#include "net/io/epoll_set.hpp"

#include <gtest/gtest.h>

#include <array>
#include <functional>
#include <memory>
#include <string>
#include <sys/socket.h>
#include <thread>

namespace arauto::io {
namespace {

/// Both ends of a stream; one of them is watched.
class watched_end final : public watched {
public:
  watched_end() {
    std::array<int, 2> ends{};
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends.data()), 0);
    own = descriptor{ends[0]};
    other = descriptor{ends[1]};
  }
  void on_ready(readiness what) override {
    seen += what.end ? "end " : what.input ? "input " : "output ";
    if (then)
      then();
  }
  void write() const { EXPECT_EQ(::write(other.get(), "x", 1), 1); }

  descriptor own;
  descriptor other;
  std::string seen;
  std::function<void()> then;
};

class EpollSet : public testing::Test {
protected:
  /// What one round tells.
  void round() {
    set.look(0);
    while (set.tell_one())
      ;
  }
  void watch(watched_end& x) {
    ASSERT_TRUE(set.add(x.own.get(), x));
    round();
    x.seen.clear(); // That it can be written was new.
  }

  epoll_set set;
};

TEST_F(EpollSet, TellsAChangeOnce) {
  watched_end x;
  watch(x);
  x.write();
  round();
  round();
  EXPECT_EQ(x.seen, "input ");
  x.write();
  round();
  EXPECT_EQ(x.seen, "input input ") << "nobody has read the first byte";
  x.other.close();
  round();
  EXPECT_EQ(x.seen, "input input end ");
}

TEST_F(EpollSet, TellsWhatWasSoBefore) {
  watched_end x;
  x.write();
  ASSERT_TRUE(set.add(x.own.get(), x));
  round();
  EXPECT_EQ(x.seen, "input ");
}

TEST_F(EpollSet, RevisitsInTheNextRound) {
  watched_end x;
  watch(x);
  x.then = [&] {
    if (x.seen.size() < 20)
      set.revisit(x);
  };
  set.revisit(x);
  set.revisit(x);
  round();
  EXPECT_EQ(x.seen, "input ") << "once a round";
  round();
  EXPECT_EQ(x.seen, "input input ");
}

TEST_F(EpollSet, TellsNobodyWhoWasForgottenInTheSameRound) {
  watched_end first;
  watched_end second;
  watch(first);
  watch(second);
  const auto forget_other = [this](watched_end& other) {
    return [this, &other] {
      set.forget(other);
      other.own.close();
    };
  };
  first.then = forget_other(second);
  second.then = forget_other(first);
  first.write();
  second.write();
  round();
  EXPECT_EQ((first.seen + second.seen), "input ");
  set.revisit(first);
  set.forget(first);
  round();
  EXPECT_EQ((first.seen + second.seen), "input ");
}

TEST_F(EpollSet, LeavesARemovedDescriptorOpen) {
  watched_end x;
  watch(x);
  set.remove(x.own.get(), x);
  x.write();
  round();
  EXPECT_EQ(x.seen, "");
  watch(x);
  x.write();
  round();
  EXPECT_EQ(x.seen, "input ");
}

TEST_F(EpollSet, LooksNoFurtherBeforeAllIsTold) {
  watched_end first;
  watched_end second;
  watch(first);
  watch(second);
  first.write();
  set.look(0);
  second.write();
  set.look(-1);
  EXPECT_TRUE(set.tell_one());
  EXPECT_FALSE(set.tell_one());
  EXPECT_TRUE(set.has_told_all());
  EXPECT_EQ(first.seen + second.seen, "input ");
  round();
  EXPECT_EQ(second.seen, "input ");
}

TEST_F(EpollSet, IsWokenFromAnotherThread) {
  for (int i = 0; i < 3; ++i) {
    std::thread other{[this] { set.wake(); }};
    set.look(-1);
    other.join();
  }
}

} // namespace
} // namespace arauto::io
