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

} // namespace
} // namespace arauto
