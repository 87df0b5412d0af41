#include "actors/event.hpp"

#include <gtest/gtest.h>

namespace arauto {
namespace {

std::vector<publication_ptr> publications(std::size_t count) {
  const auto from = std::make_shared<const emitter>(emitter{1, "id", "lab"});
  std::vector<publication_ptr> all;
  for (std::size_t i = 0; i < count; ++i) {
    auto* made = new event;
    const event_ptr owner{made};
    made->from = from;
    made->what = make_emission("messages.upsert", std::to_string(i));
    made->date_time_json = "\"\"";
    all.emplace_back(new publication{owner, "/lab"});
  }
  return all;
}

std::string written(std::span<const frame_ptr> frames) {
  std::string all;
  for (const auto& x : frames)
    all += x->websocket();
  return all;
}

TEST(Batch, IsJoinedOnceForManyReceivers) {
  const auto events = publications(3);
  batch x{events, 8};
  for (const auto form : {event_form::socketio, event_form::message}) {
    const auto first = x.frames(form);
    ASSERT_EQ(first.packets.size(), 3U);
    ASSERT_EQ(first.runs.size(), 1U);
    EXPECT_EQ(written(first.runs), written(first.packets));
    EXPECT_EQ(x.frames(form).runs.front(), first.runs.front()) << "shared";
  }
  EXPECT_NE(written(x.frames(event_form::socketio).runs), written(x.frames(event_form::message).runs));
}

TEST(Batch, IsNotJoinedWhereThatDoesNotPay) {
  const auto events = publications(3);
  EXPECT_TRUE((batch{events, 7}.frames(event_form::socketio).runs.empty()));
  EXPECT_TRUE((batch{std::span{events}.first(1), 1000}.frames(event_form::socketio).runs.empty()));
}

} // namespace
} // namespace arauto
