// Sections 1 to 4 of the Autobahn suite: framing, pings and pongs, reserved bits, opcodes. And what a header can be
// beyond them (RFC 6455, section 5.2).
#include "tests/websocket/wire_case.hpp"

namespace arauto::test {
namespace {

constexpr std::uint16_t protocol_error = 1002;

class WebsocketSection1 : public WebsocketCases {};
class WebsocketSection2 : public WebsocketCases {};
class WebsocketSection3 : public WebsocketCases {};
class WebsocketSection4 : public WebsocketCases {};
class WebsocketHeaders : public WebsocketCases {};

// -- 1: one message in one frame

TEST_F(WebsocketSection1, Cases1x1To1x8TextOfEveryLengthFormComesBack) {
  expect({"1.1.1", {text("")}, {text("")}});
  for (const std::size_t size : {125U, 126U, 127U, 128U})
    expect({"1.1.2 to 1.1.5", {text(std::string(size, '*'))}, {text(std::string(size, '*'))}});
  for (const std::size_t size : {65535U, 65536U})
    expect_long({"1.1.6 and 1.1.7", {text(std::string(size, '*'))}, {text(std::string(size, '*'))}});
}

TEST_F(WebsocketSection1, Cases2x1To2x8BinaryOfEveryLengthFormComesBack) {
  expect({"1.2.1", {binary("")}, {binary("")}});
  for (const std::size_t size : {125U, 126U, 127U, 128U})
    expect({"1.2.2 to 1.2.5", {binary(std::string(size, '\xFE'))}, {binary(std::string(size, '\xFE'))}});
  for (const std::size_t size : {65535U, 65536U})
    expect_long({"1.2.6 and 1.2.7", {binary(std::string(size, '\xFE'))}, {binary(std::string(size, '\xFE'))}});
}

TEST_F(WebsocketSection1, Cases1x8And2x8PiecesOf997OctetsMakeNoDifference) {
  for (const auto& message : {text(std::string(65536, '*')), binary(std::string(65536, '\xFE'))}) {
    echo_client client{host};
    const auto all = masked(message);
    for (std::size_t at = 0; at < all.size(); at += 997)
      client.send_and_await(std::string_view{all}.substr(at, 997));
    EXPECT_EQ(client.read(), message) << client.fault();
    client.send(masked(close(1000)));
    expect_end(client, close(1000));
  }
}

// -- 2: pings and pongs

TEST_F(WebsocketSection2, Cases1To4And6APingIsAnsweredWithItsPayload) {
  const auto all_but_text = bytes("00fffefdfcfb00ff");
  expect({
      {"2.1", {ping("")}, {pong("")}},
      {"2.2", {ping("Hello, world!")}, {pong("Hello, world!")}},
      {"2.3", {ping(all_but_text)}, {pong(all_but_text)}},
      {"2.4, 2.6", {ping(std::string(125, '\xFE'))}, {pong(std::string(125, '\xFE'))}},
  });
}

TEST_F(WebsocketSection2, Case5APingOf126OctetsFails) {
  expect({"2.5", {ping(std::string(126, '\xFE'))}, {}, protocol_error});
}

TEST_F(WebsocketSection2, Cases7To9APongThatNobodyAskedForIsIgnored) {
  expect({
      {"2.7", {pong("")}},
      {"2.8", {pong("unsolicited pong payload")}},
      {"2.9", {pong("unsolicited pong payload"), ping("ping payload")}, {pong("ping payload")}},
  });
}

TEST_F(WebsocketSection2, Cases10And11TenPingsAreAnsweredInOrder) {
  wire_case ten{"2.10, 2.11"};
  for (int i = 0; i < 10; ++i) {
    ten.sent.push_back(ping("payload-" + std::to_string(i)));
    ten.answers.push_back(pong("payload-" + std::to_string(i)));
  }
  expect(ten);
}

// -- 3: reserved bits

TEST_F(WebsocketSection3, Cases1To7AReservedBitFailsAndWhatCameBeforeIsAnswered) {
  const auto hello = text("Hello, world!");
  expect({
      {"3.1", {{0xC1, "Hello, world!"}}, {}, protocol_error},
      {"3.2", {hello, {0xA1, "Hello, world!"}, ping("")}, {hello}, protocol_error},
      {"3.3", {hello, {0xB1, "Hello, world!"}, ping("")}, {hello}, protocol_error},
      {"3.4", {hello, {0xD1, "Hello, world!"}, ping("")}, {hello}, protocol_error},
      {"3.5", {{0xD2, std::string(8, '\0')}}, {}, protocol_error},
      {"3.6", {{0xE9, "Hello, world!"}}, {}, protocol_error},
      {"3.7", {{0xF8, close(1000).payload}}, {}, protocol_error},
  });
}

TEST_F(WebsocketSection3, EachReservedBitOfEachOpcodeFails) {
  for (const unsigned opcode : {0x1U, 0x2U, 0x8U, 0x9U, 0xAU})
    for (const unsigned reserved : {0x40U, 0x20U, 0x10U})
      expect({"a reserved bit", {{static_cast<std::uint8_t>(0x80 | reserved | opcode), ""}}, {}, protocol_error});
  for (const unsigned reserved : {0x40U, 0x20U, 0x10U})
    expect({"a reserved bit of a continuation",
            {begin_text("a"), {static_cast<std::uint8_t>(0x80 | reserved), "b"}},
            {},
            protocol_error});
}

// -- 4: opcodes

TEST_F(WebsocketSection4, Cases1x1To1x5AReservedOpcodeOfDataFails) {
  const auto hello = text("Hello, world!");
  expect({
      {"4.1.1", {{0x83, ""}}, {}, protocol_error},
      {"4.1.2", {{0x84, "reserved opcode payload"}}, {}, protocol_error},
      {"4.1.3", {hello, {0x85, ""}, ping("")}, {hello}, protocol_error},
      {"4.1.4", {hello, {0x86, "Hello, world!"}, ping("")}, {hello}, protocol_error},
      {"4.1.5", {hello, {0x87, "Hello, world!"}, ping("")}, {hello}, protocol_error},
  });
}

TEST_F(WebsocketSection4, Cases2x1To2x5AReservedOpcodeOfControlFails) {
  const auto hello = text("Hello, world!");
  expect({
      {"4.2.1", {{0x8B, ""}}, {}, protocol_error},
      {"4.2.2", {{0x8C, "reserved opcode payload"}}, {}, protocol_error},
      {"4.2.3", {hello, {0x8D, ""}, ping("")}, {hello}, protocol_error},
      {"4.2.4", {hello, {0x8E, "Hello, world!"}, ping("")}, {hello}, protocol_error},
      {"4.2.5", {hello, {0x8F, "Hello, world!"}, ping("")}, {hello}, protocol_error},
  });
}

// -- headers that no case of the suite has

TEST_F(WebsocketHeaders, WhatIsNotMaskedFails) {
  for (const auto* frame : {"810568656c6c6f", "8100", "8900", "880203e8", "8a00",
                            // What follows would do for a mask.
                            "820568656c6c6f820568656c6c6f"}) {
    SCOPED_TRACE(frame);
    echo_client client{host};
    client.send(bytes(frame));
    expect_end(client, close(protocol_error));
  }
}

TEST_F(WebsocketHeaders, ALengthInMoreBytesThanItNeedsFails) {
  for (const auto* frame : {"81fe007d00000000", "82ff000000000000ffff00000000", "82ff000000000000000100000000"}) {
    SCOPED_TRACE(frame);
    echo_client client{host};
    client.send(bytes(frame));
    expect_end(client, close(protocol_error));
  }
}

TEST_F(WebsocketHeaders, AMessageThatIsTooLongFailsBeforeItsPayload) {
  echo_host small{1000};
  const auto longest = text(std::string(1000, '*'));
  {
    echo_client client{small};
    client.send(masked(longest));
    EXPECT_EQ(client.read(), longest) << client.fault();
    client.send(masked_start(text(""), 1001));
    expect_end(client, close(1009));
  }
  for (const auto* length : {"82ff7fffffffffffffff00000000", "82ffffffffffffffffff00000000"}) {
    SCOPED_TRACE(length);
    echo_client client{small};
    client.send(bytes(length));
    expect_end(client, close(1009));
  }
  echo_client client{small};
  client.send(masked(begin_text(std::string(600, '*'))) + masked(more(std::string(400, '*'))));
  client.send_and_await(masked(ping("still here")));
  EXPECT_EQ(client.read(), pong("still here")) << client.fault();
  client.send(masked_start(last(""), 1));
  expect_end(client, close(1009));
}

TEST_F(WebsocketHeaders, AShortMessageThatIsTooLongFails) {
  echo_host small{100};
  echo_client client{small};
  client.send(masked(text(std::string(100, '*'))) + masked(text(std::string(101, '*'))));
  EXPECT_EQ(client.read(), text(std::string(100, '*'))) << client.fault();
  expect_end(client, close(1009));
}

TEST_F(WebsocketHeaders, AFragmentWhoseLengthOverflowsTheSumFails) {
  echo_client client{host};
  client.send(masked(begin_text("x")) + bytes("80ffffffffffffffffff00000000"));
  expect_end(client, close(1009));
}

} // namespace
} // namespace arauto::test
