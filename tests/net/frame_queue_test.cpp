#include "net/frame_queue.hpp"

#include <gtest/gtest.h>

#include <deque>
#include <random>
#include <string>

namespace arauto {
namespace {

TEST(FrameQueue, KeepsTheOrderWhateverIsPushedAndTaken) {
  std::mt19937 random; // The same in every run.
  frame_queue queue;
  std::deque<frame_ptr> expected;
  std::size_t bytes = 0;
  for (int i = 0; i < 20000; ++i) {
    if (random() % 100 == 0) {
      const auto all = queue.take();
      EXPECT_TRUE(std::equal(all.begin(), all.end(), expected.begin(), expected.end()));
      expected.clear();
      bytes = 0;
    } else if (!expected.empty() && random() % 2 == 0) {
      EXPECT_EQ(queue.pop(), expected.front());
      bytes -= expected.front()->websocket().size();
      expected.pop_front();
    } else {
      const auto x = frame::text({std::string(random() % 200, 'x')});
      queue.push(x);
      expected.push_back(x);
      bytes += x->websocket().size();
    }
    ASSERT_EQ(queue.size(), expected.size());
    ASSERT_EQ(queue.empty(), expected.empty());
    ASSERT_EQ(queue.bytes(), bytes);
    for (std::size_t at = 0; at < expected.size(); ++at)
      ASSERT_EQ(queue.at(at), expected[at]);
  }
}

TEST(FrameQueue, DropsEverything) {
  frame_queue queue;
  for (int i = 0; i < 3; ++i)
    queue.push(frame::text({"4x"}));
  queue.clear();
  EXPECT_TRUE(queue.empty());
  EXPECT_EQ(queue.size(), 0U);
  EXPECT_EQ(queue.bytes(), 0U);
  queue.push(frame::text({"4y"}));
  EXPECT_EQ(queue.pop()->packet(), "4y");
}

} // namespace
} // namespace arauto
