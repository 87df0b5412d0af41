#include "tests/websocket/wire_case.hpp"

#include <array>
#include <ostream>

namespace arauto::test {

namespace {

constexpr std::array<std::uint8_t, 4> mask{0x37, 0xFA, 0x21, 0x3D}; // The one of RFC 6455, section 5.7.

} // namespace

wire_frame close(std::uint16_t status, std::string_view reason) {
  std::string payload{static_cast<char>(status >> 8), static_cast<char>(status & 0xFF)};
  return {0x88, payload.append(reason)};
}

std::string masked_start(const wire_frame& x, std::size_t size) {
  const auto extended = size < 126 ? 0U : size < 65536 ? 2U : 8U;
  std::string out{static_cast<char>(x.first), static_cast<char>(0x80 | (extended == 0   ? size
                                                                        : extended == 2 ? 126U
                                                                                        : 127U))};
  for (auto left = extended; left-- > 0;)
    out += static_cast<char>(size >> (8 * left) & 0xFFU);
  out.append(mask.begin(), mask.end());
  for (std::size_t i = 0; i < x.payload.size(); ++i)
    out += static_cast<char>(static_cast<std::uint8_t>(x.payload[i]) ^ mask[i % mask.size()]);
  return out;
}

std::string masked(const wire_frame& x) {
  return masked_start(x, x.payload.size());
}

std::string bytes(std::string_view digits) {
  std::string out;
  for (std::size_t i = 0; i + 1 < digits.size(); i += 2)
    out += static_cast<char>(std::stoul(std::string{digits.substr(i, 2)}, nullptr, 16));
  return out;
}

std::vector<wire_frame> in_fragments(const wire_frame& message, std::size_t size) {
  constexpr std::uint8_t fin = 0x80;
  std::vector<wire_frame> out;
  std::uint8_t opcode = message.first & ~fin & 0xFFU;
  for (std::size_t at = 0; at < message.payload.size(); at += size, opcode = 0)
    out.push_back({opcode, message.payload.substr(at, size)});
  out.back().first |= fin;
  return out;
}

void PrintTo(const wire_frame& x, std::ostream* out) {
  constexpr std::size_t shown = 60;
  *out << std::hex << static_cast<unsigned>(x.first) << std::dec << ", " << x.payload.size() << " bytes "
       << testing::PrintToString(x.payload.substr(0, shown));
}

void WebsocketCases::expect(const std::vector<wire_case>& cases) {
  for (const auto& x : cases)
    for (const auto how : {cut::nowhere, cut::between_frames, cut::everywhere})
      run(x, how);
}

void WebsocketCases::expect_long(const wire_case& x) {
  run(x, cut::nowhere);
  run(x, cut::between_frames);
}

void WebsocketCases::expect_end(echo_client& client, const wire_frame& close_frame) {
  EXPECT_EQ(client.read(), close_frame) << client.fault();
  EXPECT_TRUE(client.is_ended()) << "more than a close frame, or no end of TCP";
}

void WebsocketCases::run(const wire_case& x, cut how) {
  SCOPED_TRACE(x.name + (how == cut::nowhere          ? ", in one piece"
                         : how == cut::between_frames ? ", frame by frame"
                                                      : ", octet by octet"));
  std::vector<std::string> pieces;
  for (const auto& frame : x.sent)
    pieces.push_back(masked(frame));
  if (x.fails_with == 0)
    pieces.push_back(masked(close(1000)));
  echo_client client{host};
  if (how == cut::nowhere) {
    std::string all;
    for (const auto& piece : pieces)
      all += piece;
    client.send(all);
  }
  for (const auto& piece : pieces)
    if (how == cut::between_frames)
      client.send_and_await(piece);
    else if (how == cut::everywhere)
      for (const char octet : piece)
        client.send_and_await({&octet, 1});
  for (const auto& answer : x.answers)
    ASSERT_EQ(client.read(), answer) << client.fault();
  expect_end(client, close(x.fails_with == 0 ? 1000 : x.fails_with));
}

} // namespace arauto::test
