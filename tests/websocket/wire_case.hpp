#pragma once

#include "tests/websocket/echo_host.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <iosfwd>
#include <string>
#include <string_view>
#include <vector>

namespace arauto::test {

// -- frames, named by what RFC 6455, section 5.2 calls them

inline wire_frame text(std::string payload) {
  return {0x81, std::move(payload)};
}
inline wire_frame binary(std::string payload) {
  return {0x82, std::move(payload)};
}
inline wire_frame ping(std::string payload) {
  return {0x89, std::move(payload)};
}
inline wire_frame pong(std::string payload) {
  return {0x8A, std::move(payload)};
}
/// A message in fragments: it begins with one of these, goes on, and has an end.
inline wire_frame begin_text(std::string payload) {
  return {0x01, std::move(payload)};
}
inline wire_frame begin_binary(std::string payload) {
  return {0x02, std::move(payload)};
}
inline wire_frame more(std::string payload) {
  return {0x00, std::move(payload)};
}
inline wire_frame last(std::string payload) {
  return {0x80, std::move(payload)};
}
/// RFC 6455, section 5.5.1.
wire_frame close(std::uint16_t status, std::string_view reason = {});
inline wire_frame close_without_status() {
  return {0x88, {}};
}

/// How a client writes it: masked, its length in as few bytes as possible.
std::string masked(const wire_frame& x);
/// How it begins to write a frame whose payload has `size` bytes.
std::string masked_start(const wire_frame& x, std::size_t size);
/// The bytes of these hexadecimal digits.
std::string bytes(std::string_view digits);
/// The same message in fragments of so many bytes.
std::vector<wire_frame> in_fragments(const wire_frame& message, std::size_t size);

void PrintTo(const wire_frame& x, std::ostream* out);

// -- cases

/// One conversation. A client sends frames; what has to come back, in this order and nothing else, are the answers and
/// one close frame, and then the host ends the TCP stream.
struct wire_case {
  /// Its number in the Autobahn suite, or what it is.
  std::string name;
  std::vector<wire_frame> sent{};
  std::vector<wire_frame> answers{};
  /// The host closes with this status. 0: it goes on, until the client has said all and closes with 1000.
  std::uint16_t fails_with = 0;
};

/// A host, and how cases are judged by it. Each case runs three times: all frames in one write; frame by frame; octet
/// by octet, so that the host reads every single one by itself.
class WebsocketCases : public testing::Test {
protected:
  /// Unless a test says otherwise.
  static constexpr std::size_t message_max = 17'825'792;

  void expect(const std::vector<wire_case>& cases);
  void expect(const wire_case& x) { expect(std::vector{x}); }
  /// In one write and frame by frame only: it is long.
  void expect_long(const wire_case& x);
  /// A client that has read all answers gets this close frame, and then the end.
  static void expect_end(echo_client& client, const wire_frame& close_frame);

  echo_host host{message_max};

private:
  enum class cut { nowhere, between_frames, everywhere };
  void run(const wire_case& x, cut how);
};

} // namespace arauto::test
