#include "net/io/io_loop.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace arauto::io {
namespace {

/// Notes how many handlers had run when each turn ended.
struct turn_watcher final : turn_task {
  void at_turn_end() override { seen.push_back(handlers); }
  int handlers = 0;
  std::vector<int> seen;
};

std::vector<int> handlers_by_turn(int handlers, bool take_on_work) {
  io_loop loop{0};
  turn_watcher watcher;
  for (int i = 0; i < handlers; ++i)
    loop.post([&] {
      ++watcher.handlers;
      if (take_on_work)
        loop.note_work();
      loop.at_turn_end(watcher);
    });
  loop.stop();
  loop.run();
  return watcher.seen;
}

TEST(IoLoop, EndsATurnThatHasTakenOnEnough) {
  EXPECT_EQ(handlers_by_turn(150, true), (std::vector{64, 128, 150}));
}

TEST(IoLoop, RunsManyHandlersATurnThatTakeOnNothing) {
  EXPECT_EQ(handlers_by_turn(150, false), (std::vector{150}));
}

} // namespace
} // namespace arauto::io
