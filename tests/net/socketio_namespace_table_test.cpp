#include "net/socketio/namespace_table.hpp"

#include <gtest/gtest.h>

namespace arauto::socketio {
namespace {

using table = namespace_table<int>;
using state = table::state;

packet of(packet_type type, std::string_view nsp = "/a") {
  packet x;
  x.type = type;
  x.nsp = nsp;
  return x;
}

TEST(SocketioNamespaceTable, JudgesEachTypeInEachState) {
  struct row {
    packet_type type;
    verdict unknown, pending, joined, left;
  };
  constexpr auto process = verdict::process;
  constexpr auto ignore = verdict::ignore;
  constexpr auto close = verdict::close;
  const row rows[] = {
      {packet_type::connect, process, close, close, process},
      {packet_type::disconnect, close, process, process, ignore},
      {packet_type::event, close, close, process, ignore},
      {packet_type::binary_event, close, close, process, ignore},
      {packet_type::ack, close, close, process, ignore},
      {packet_type::binary_ack, close, close, process, ignore},
      {packet_type::connect_error, close, close, close, close},
  };
  for (const auto& x : rows) {
    table namespaces;
    const auto name = static_cast<char>(x.type);
    EXPECT_EQ(namespaces.judge(of(x.type)), x.unknown) << name;
    auto& entry = namespaces.begin("/a");
    EXPECT_EQ(namespaces.judge(of(x.type)), x.pending) << name;
    entry.now = state::joined;
    EXPECT_EQ(namespaces.judge(of(x.type)), x.joined) << name;
    EXPECT_EQ(namespaces.judge(of(x.type, "/b")), x.unknown) << name;
    entry.now = state::left;
    EXPECT_EQ(namespaces.judge(of(x.type)), x.left) << name;
  }
}

TEST(SocketioNamespaceTable, KeepsASessionPerNamespace) {
  table namespaces;
  namespaces.begin("/a").session = 1;
  namespaces.begin("/").session = 2;
  EXPECT_EQ(namespaces.size(), 2U);
  EXPECT_EQ(namespaces.find("/a")->session, 1);
  EXPECT_EQ(std::as_const(namespaces).find("/")->session, 2);
  EXPECT_EQ(namespaces.find("/b"), nullptr);
  EXPECT_EQ(namespaces.entries().size(), 2U);
  namespaces.erase("/a");
  namespaces.erase("/b");
  EXPECT_EQ(namespaces.find("/a"), nullptr);
  EXPECT_EQ(namespaces.size(), 1U);
}

TEST(SocketioNamespaceTable, AClientMayComeBackToANamespaceThatWasTakenAway) {
  table namespaces;
  namespaces.begin("/a").now = state::left;
  const auto& entry = namespaces.begin("/a");
  EXPECT_EQ(entry.now, state::pending);
  EXPECT_EQ(namespaces.size(), 1U);
}

TEST(SocketioNamespaceTable, KnowsWhetherAnythingWasJoined) {
  table namespaces;
  EXPECT_FALSE(namespaces.has_joined());
  namespaces.begin("/a");
  EXPECT_FALSE(namespaces.has_joined());
  namespaces.begin("/b").now = state::joined;
  EXPECT_TRUE(namespaces.has_joined());
}

} // namespace
} // namespace arauto::socketio
