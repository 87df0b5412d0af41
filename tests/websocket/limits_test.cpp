// Sections 9 and 10 of the Autobahn suite: large messages, tiny fragments, small pieces, many messages.
#include "tests/websocket/wire_case.hpp"

namespace arauto::test {
namespace {

constexpr std::size_t kilobyte = 1024;
constexpr std::size_t megabyte = 1024 * kilobyte;

class WebsocketSection9 : public WebsocketCases {
protected:
  /// Sends these bytes in writes of `piece`, and reads the message back.
  void expect_back(const std::string& sent, std::size_t piece, const wire_frame& message) {
    echo_client client{host};
    for (std::size_t at = 0; at < sent.size(); at += piece)
      client.send(std::string_view{sent}.substr(at, piece));
    // Compared apart: a failure need not print megabytes.
    const auto got = client.read();
    EXPECT_EQ(got.first, message.first) << client.fault();
    EXPECT_TRUE(got.payload == message.payload) << got.payload.size() << " bytes came back";
    client.send(masked(close(1000)));
    expect_end(client, close(1000));
  }
};
class WebsocketSection10 : public WebsocketSection9 {};

wire_frame text_of(std::size_t size) {
  return text(std::string(size, '*'));
}
wire_frame binary_of(std::size_t size) {
  return binary(std::string(size, '\xFE'));
}

TEST_F(WebsocketSection9, Groups1And2AMessageOfUpTo16MegabytesComesBack) {
  for (const auto size : {64 * kilobyte, 256 * kilobyte, megabyte, 4 * megabyte, 8 * megabyte, 16 * megabyte}) {
    SCOPED_TRACE(size);
    expect_back(masked(text_of(size)), size + 14, text_of(size));
    expect_back(masked(binary_of(size)), size + 14, binary_of(size));
  }
}

TEST_F(WebsocketSection9, Groups3And4FourMegabytesInFragmentsFrom64OctetsComeBack) {
  for (const auto& message : {text_of(4 * megabyte), binary_of(4 * megabyte)})
    for (std::size_t size = 64; size <= 4 * megabyte; size *= 4) {
      SCOPED_TRACE(size);
      std::string all;
      all.reserve(5 * megabyte);
      for (const auto& x : in_fragments(message, size))
        all += masked(x);
      expect_back(all, all.size(), message);
    }
}

TEST_F(WebsocketSection9, Groups5And6AMegabyteInPiecesFrom64OctetsComesBack) {
  for (const auto& message : {text_of(megabyte), binary_of(megabyte)})
    for (std::size_t piece = 64; piece <= 2 * kilobyte; piece *= 2) {
      SCOPED_TRACE(piece);
      expect_back(masked(message), piece, message);
    }
}

TEST_F(WebsocketSection9, Groups7And8AThousandMessagesComeBackOneByOne) {
  for (const std::size_t size : {0U, 16U, 64U, 256U, 1024U, 4096U})
    for (const auto& message : {text_of(size), binary_of(size)}) {
      SCOPED_TRACE(size);
      echo_client client{host};
      for (int i = 0; i < 1000; ++i) {
        client.send(masked(message));
        ASSERT_EQ(client.read(), message) << client.fault();
      }
      client.send(masked(close(1000)));
      expect_end(client, close(1000));
    }
}

TEST_F(WebsocketSection10, Case1x1FragmentsOf1300OctetsAreOneMessage) {
  const auto message = text_of(65536);
  std::string all;
  for (const auto& x : in_fragments(message, 1300))
    all += masked(x);
  expect_back(all, 1300, message);
}

// The same messages, in fragments and pieces whose borders never meet.
TEST_F(WebsocketSection10, FragmentsAndPiecesOfDifferentSizesAreOneMessage) {
  std::string payload;
  while (payload.size() < 65536)
    payload += bytes("24c2a2e282acf0908d88");
  const auto message = text(payload);
  for (const auto& [fragment, piece] : {std::pair{1U, 3U}, {7U, 64U}, {125U, 131U}, {126U, 4096U}, {4096U, 4093U}}) {
    SCOPED_TRACE(fragment);
    std::string all;
    for (const auto& x : in_fragments(message, fragment))
      all += masked(x);
    expect_back(all, piece, message);
  }
}

} // namespace
} // namespace arauto::test
