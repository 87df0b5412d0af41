#include "net/packed_handshake.hpp"
#include "net/ports.hpp"

#include <gtest/gtest.h>

namespace arauto {
namespace {

TEST(Ports, CloseReasonsHaveTheNamesOfSocketIo) {
  EXPECT_EQ(to_string(close_reason::transport_close), "transport close");
  EXPECT_EQ(to_string(close_reason::transport_error), "transport error");
  EXPECT_EQ(to_string(close_reason::ping_timeout), "ping timeout");
  EXPECT_EQ(to_string(close_reason::parse_error), "parse error");
  EXPECT_EQ(to_string(close_reason::forced_close), "forced close");
}

TEST(PackedHandshake, KeepsAll) {
  handshake x;
  x.sid = "sid";
  x.version = 3;
  x.target = "/socket.io/?EIO=3";
  x.api_key = std::string{"k\0y", 3};
  x.user_agent = std::string(16000, 'u');
  x.last_event_id = "7";
  x.remote_address = "::1";
  x.is_secure = true;
  x.is_forwarded = true;
  x.fields = {{"Host", "x"}, {"X-Empty", ""}};
  const auto y = packed_handshake{x}.unpack();
  EXPECT_EQ(y.sid, x.sid);
  EXPECT_EQ(y.version, 3);
  EXPECT_EQ(y.target, x.target);
  EXPECT_EQ(y.api_key, x.api_key);
  EXPECT_EQ(y.origin, "");
  EXPECT_EQ(y.user_agent, x.user_agent);
  EXPECT_EQ(y.last_event_id, "7");
  EXPECT_EQ(y.remote_address, "::1");
  EXPECT_TRUE(y.is_secure && y.is_forwarded && !y.is_websocket);
  EXPECT_EQ(y.fields, x.fields);
}

} // namespace
} // namespace arauto
