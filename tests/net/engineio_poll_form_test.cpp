#include "net/engineio/poll_form.hpp"

#include <gmock/gmock.h>

namespace arauto::engineio {
namespace {

using testing::ElementsAre;

const std::vector<frame_ptr> text_only{frame::text({"4ä"}), frame::text({"2"})};
const std::vector<frame_ptr> mixed{frame::text({"4a"}), frame::binary(std::string("\x01\x02", 2))};

TEST(EngineioPollForm, WritesAPayloadAsTheClientReadsIt) {
  struct row {
    poll_form form;
    const std::vector<frame_ptr>* packets;
    std::string bytes;
    bool is_binary = false;
  };
  const std::string index = "7";
  const std::vector<row> rows{
      {{4},
       &text_only,
       "4ä\x1e"
       "2"},
      {{4},
       &mixed,
       "4a\x1e"
       "bAQI="},
      {{4, false, &index}, &text_only, "___eio[7](\"4ä\\u001e2\");"},
      {{3}, &text_only, "2:4ä1:2"}, // UTF-16 units.
      {{3, true}, &mixed, "2:4a6:b4AQI="},
      {{3},
       &mixed,
       std::string("\x00\x02\xff"
                   "4a\x01\x03\xff\x04\x01\x02",
                   11),
       true},
      {{3, false, &index}, &mixed, R"(___eio[7]("2:4a6:b4AQI=");)"},
  };
  for (const auto& x : rows) {
    const auto body = write_poll(x.form, *x.packets);
    EXPECT_EQ(body.bytes, x.bytes);
    EXPECT_EQ(body.is_binary, x.is_binary) << x.bytes;
  }
}

TEST(EngineioPollForm, ReadsAPayloadAsTheClientWritesIt) {
  const auto read = [](const poll_form& form, std::string_view body, bool is_binary) {
    std::vector<std::string> got;
    read_poll(form, body, is_binary, [&got](const result<packet>& x) {
      got.push_back(x ? std::string{x->data} : "error");
      return static_cast<bool>(x);
    });
    return got;
  };
  EXPECT_THAT(read({4},
                   "4a\x1e"
                   "bAQI=\x1e"
                   "4b",
                   false),
              ElementsAre("a", "\x01\x02", "b"));
  EXPECT_THAT(read({4},
                   "4a\x1e"
                   "9\x1e"
                   "4b",
                   false),
              ElementsAre("a", "error"));
  EXPECT_THAT(read({3}, "2:4a6:b4AQI=", false), ElementsAre("a", "\x01\x02"));
  EXPECT_THAT(read({3},
                   std::string_view("\x00\x02\xff"
                                    "4a\x01\x03\xff\x04\x01\x02",
                                    11),
                   true),
              ElementsAre("a", "\x01\x02"));
  EXPECT_THAT(read({3}, "9:4a", false), ElementsAre("error"));
}

TEST(EngineioPollForm, GivesOldClientsBinaryFramesTheyUnderstand) {
  const auto text = frame::text({"4a"});
  EXPECT_EQ(websocket_frame_v3(text, true), text);
  const auto binary = frame::binary("\x01\x02");
  EXPECT_EQ(websocket_frame_v3(binary, true)->packet(), "b4AQI=");
  const auto typed = websocket_frame_v3(binary, false);
  EXPECT_EQ(typed->packet(), "\x04\x01\x02");
  EXPECT_EQ(websocket_frame_v3(typed, false), typed);
  EXPECT_EQ(websocket_frame_v3(typed, true)->packet(), "b4AQI=");
}

} // namespace
} // namespace arauto::engineio
