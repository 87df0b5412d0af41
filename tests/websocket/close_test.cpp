// Section 7 of the Autobahn suite: how a WebSocket ends (RFC 6455, sections 5.5.1 and 7).
#include "tests/websocket/wire_case.hpp"

namespace arauto::test {
namespace {

constexpr std::uint16_t protocol_error = 1002;

class WebsocketSection7 : public WebsocketCases {
protected:
  /// What the client sends behind its close frame changes nothing.
  void expect_ignored(const std::string& name, const std::vector<wire_frame>& behind) {
    SCOPED_TRACE(name);
    auto all = masked(close(1000));
    for (const auto& x : behind)
      all += masked(x);
    echo_client at_once{host};
    at_once.send(all);
    expect_end(at_once, close(1000));
    echo_client in_octets{host};
    for (const char octet : all)
      in_octets.send_and_await({&octet, 1});
    expect_end(in_octets, close(1000));
  }
  /// A client's close frame, and the one that answers it.
  void expect_answer(const std::string& name, const wire_frame& said, const wire_frame& answer) {
    SCOPED_TRACE(name);
    echo_client at_once{host};
    at_once.send(masked(said));
    expect_end(at_once, answer);
    echo_client in_octets{host};
    for (const char octet : masked(said))
      in_octets.send_and_await({&octet, 1});
    expect_end(in_octets, answer);
  }
};

TEST_F(WebsocketSection7, Case1x1AMessageIsAnsweredBeforeTheClose) {
  expect({"7.1.1", {text("Hello World!")}, {text("Hello World!")}});
  const auto long_text = text(std::string(1000, 'x'));
  expect({"a message that is no short frame", {long_text}, {long_text}});
}

TEST_F(WebsocketSection7, Cases1x2To1x5NothingCountsBehindAClose) {
  expect_ignored("7.1.2", {close(1000)});
  expect_ignored("7.1.3", {ping("")});
  expect_ignored("7.1.4", {text("Hello World!")});
  expect_ignored("what breaks the protocol", {{0xFF, ""}, {0x83, "x"}});
}

TEST_F(WebsocketSection7, Case1x5ACloseWithinAMessageEndsIt) {
  const auto all = masked(begin_text("fragment1")) + masked(close(1000)) + masked(last("fragment2"));
  echo_client client{host};
  client.send(all);
  expect_end(client, close(1000));
}

TEST_F(WebsocketSection7, Case1x6ALongMessageIsAnsweredBeforeTheClose) {
  const auto message = text(std::string(262'144, 'B'));
  echo_client client{host};
  client.send(masked(message) + masked(close(1000)) + masked(ping("")));
  EXPECT_EQ(client.read(), message) << client.fault();
  expect_end(client, close(1000));
}

// More answers than the socket takes: those that have begun to leave are whole, the others are dropped.
TEST_F(WebsocketSection7, NothingFollowsTheCloseFrameToAClientThatReadsLate) {
  for (const auto& [said, status] : {std::pair{close(1000), 1000}, std::pair{wire_frame{0x83, ""}, 1002}}) {
    SCOPED_TRACE(status);
    const auto message = binary(std::string(1'048'576, 'x'));
    constexpr int messages = 12;
    echo_client client{host};
    for (int i = 0; i < messages; ++i)
      client.send_and_await(masked(message));
    client.send_and_await(masked(said));
    int answers = 0;
    auto got = client.read();
    for (; got == message; got = client.read())
      ++answers;
    EXPECT_LT(answers, messages) << "the socket has taken everything, so this has shown nothing";
    EXPECT_EQ(got, close(static_cast<std::uint16_t>(status))) << client.fault();
    EXPECT_TRUE(client.is_ended());
  }
}

TEST_F(WebsocketSection7, Group3ACloseMayHaveAStatusAndAReason) {
  expect_answer("7.3.1", close_without_status(), close_without_status());
  expect_answer("7.3.2", {0x88, "a"}, close(protocol_error));
  expect_answer("7.3.3", close(1000), close(1000));
  expect_answer("7.3.4", close(1000, "Hello World!"), close(1000));
  expect_answer("7.3.5", close(1000, std::string(123, '*')), close(1000));
  expect_answer("7.3.6", close(1000, std::string(124, '*')), close(protocol_error));
}

TEST_F(WebsocketSection7, Case5x1AReasonThatIsNoTextFails) {
  expect_answer("7.5.1", close(1000, bytes("cebae1bdb9cf83cebcceb5eda080656469746564")), close(protocol_error));
  expect_answer("cut within a character", close(1000, "\xCE"), close(protocol_error));
}

TEST_F(WebsocketSection7, Group7AStatusThatMayBeSentComesBack) {
  for (const auto status : std::initializer_list<std::uint16_t>{1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011,
                                                                1012, 1013, 3000, 3999, 4000, 4999})
    expect_answer("7.7, " + std::to_string(status), close(status), close(status));
}

TEST_F(WebsocketSection7, Groups9And13AStatusThatMayNotBeSentFails) {
  for (const auto status : std::initializer_list<std::uint16_t>{0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999})
    expect_answer("7.9, " + std::to_string(status), close(status), close(protocol_error));
  for (const auto status : std::initializer_list<std::uint16_t>{5000, 65535})
    expect_answer("7.13, " + std::to_string(status), close(status), close(protocol_error));
}

} // namespace
} // namespace arauto::test
