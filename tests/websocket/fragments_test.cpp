// Section 5 of the Autobahn suite: fragmentation (RFC 6455, section 5.4).
#include "tests/websocket/wire_case.hpp"

namespace arauto::test {
namespace {

constexpr std::uint16_t protocol_error = 1002;

class WebsocketSection5 : public WebsocketCases {};

TEST_F(WebsocketSection5, Cases1And2AControlFrameInFragmentsFails) {
  expect({
      {"5.1", {{0x09, "fragment1"}, last("fragment2")}, {}, protocol_error},
      {"5.2", {{0x0A, "fragment1"}, last("fragment2")}, {}, protocol_error},
      {"a close frame in fragments", {{0x08, close(1000).payload}, last("")}, {}, protocol_error},
  });
}

TEST_F(WebsocketSection5, Cases3To5TwoFragmentsAreOneMessage) {
  expect({"5.3, 5.4, 5.5", {begin_text("fragment1"), last("fragment2")}, {text("fragment1fragment2")}});
  expect({"of binary", {begin_binary("fragment1"), last("fragment2")}, {binary("fragment1fragment2")}});
}

TEST_F(WebsocketSection5, Cases6To8APingBetweenFragmentsIsAnsweredAtOnce) {
  expect({"5.6, 5.7, 5.8",
          {begin_text("fragment1"), ping("ping payload"), last("fragment2")},
          {pong("ping payload"), text("fragment1fragment2")}});
}

TEST_F(WebsocketSection5, Case6TheAnswerToAPingDoesNotWaitForTheMessage) {
  echo_client client{host};
  client.send(masked(begin_text("fragment1")) + masked(ping("now")));
  EXPECT_EQ(client.read(), pong("now")) << client.fault();
  client.send(masked(last("fragment2")) + masked(close(1000)));
  EXPECT_EQ(client.read(), text("fragment1fragment2")) << client.fault();
  expect_end(client, close(1000));
}

TEST_F(WebsocketSection5, Cases9To14AContinuationOfNothingFails) {
  const auto hello = text("Hello, world!");
  expect({
      {"5.9, 5.10, 5.11", {last("non-continuation payload"), hello}, {}, protocol_error},
      {"5.12, 5.13, 5.14", {more("non-continuation payload"), hello}, {}, protocol_error},
  });
}

TEST_F(WebsocketSection5, Cases15To17AContinuationBetweenMessagesFails) {
  const auto hello = text("Hello, world!");
  expect({
      {"5.15",
       {begin_text("fragment1"), last("fragment2"), more("fragment3"), text("fragment4")},
       {text("fragment1fragment2")},
       protocol_error},
      {"5.16",
       {more("fragment1"), begin_text("fragment2"), last("fragment3"), more("fragment1"), begin_text("fragment2"),
        last("fragment3")},
       {},
       protocol_error},
      {"5.17",
       {last("fragment1"), begin_text("fragment2"), last("fragment3"), last("fragment1"), begin_text("fragment2"),
        last("fragment3")},
       {},
       protocol_error},
      {"a continuation behind a whole message", {hello, last("more")}, {hello}, protocol_error},
  });
}

TEST_F(WebsocketSection5, Case18AMessageWithinAMessageFails) {
  expect({
      {"5.18", {begin_text("fragment1"), {0x81, "fragment2"}}, {}, protocol_error},
      {"binary within text", {begin_text("fragment1"), begin_binary("fragment2")}, {}, protocol_error},
      {"text within binary", {begin_binary("fragment1"), text("fragment2")}, {}, protocol_error},
  });
}

TEST_F(WebsocketSection5, Cases19And20PingsBetweenFiveFragmentsAreAnswered) {
  expect({"5.19, 5.20",
          {begin_text("fragment1"), more("fragment2"), ping("pongme 1!"), more("fragment3"), more("fragment4"),
           ping("pongme 2!"), last("fragment5")},
          {pong("pongme 1!"), pong("pongme 2!"), text("fragment1fragment2fragment3fragment4fragment5")}});
}

TEST_F(WebsocketSection5, EmptyFragmentsAreFragments) {
  expect({
      {"binary of nothing", {begin_binary(""), more(""), last("")}, {binary("")}},
      {"nothing at both ends", {begin_binary(""), more("\xFF"), last("")}, {binary("\xFF")}},
      {"a short message behind them", {begin_text(""), last("a"), text("b")}, {text("a"), text("b")}},
  });
}

} // namespace
} // namespace arauto::test
