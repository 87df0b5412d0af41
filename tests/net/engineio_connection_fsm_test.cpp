#include "net/engineio/connection_fsm.hpp"

#include <gtest/gtest.h>

#include <ostream>

namespace arauto::engineio {

// Found by GoogleTest, so that a failure shows what was done.
static std::string name_of(clock x) {
  return x == clock::heartbeat ? "heartbeat" : "upgrade";
}
static void PrintTo(const send_ping&, std::ostream* out) {
  *out << "send_ping";
}
static void PrintTo(const send_pong&, std::ostream* out) {
  *out << "send_pong";
}
static void PrintTo(const send_probe_pong&, std::ostream* out) {
  *out << "send_probe_pong";
}
static void PrintTo(const deliver& x, std::ostream* out) {
  *out << "deliver " << (x.is_binary ? "binary " : "text ") << x.data;
}
static void PrintTo(const arm& x, std::ostream* out) {
  *out << "arm " << name_of(x.which) << " " << x.delay.count();
}
static void PrintTo(const disarm& x, std::ostream* out) {
  *out << "disarm " << name_of(x.which);
}
static void PrintTo(const release_poll&, std::ostream* out) {
  *out << "release_poll";
}
static void PrintTo(const switch_to_websocket&, std::ostream* out) {
  *out << "switch_to_websocket";
}
static void PrintTo(const drop_probe&, std::ostream* out) {
  *out << "drop_probe";
}
static void PrintTo(const finish& x, std::ostream* out) {
  *out << "finish " << to_string(x.why);
}

namespace {

using std::chrono::milliseconds;

constexpr packet ping{packet_type::ping, false, ""};
constexpr packet pong{packet_type::pong, false, ""};
constexpr packet probe{packet_type::ping, false, "probe"};
constexpr packet upgrade{packet_type::upgrade, false, ""};
constexpr packet close_packet{packet_type::close, false, ""};
constexpr packet hello{packet_type::message, false, "hello"};

const actions nothing{};

class ConnectionFsm : public testing::Test {
protected:
  static actions ended(close_reason why) { return {finish{why}}; }

  /// A polling connection whose WebSocket is probing.
  connection_fsm probing() const {
    auto x = polling;
    actions out;
    EXPECT_TRUE(x.accept_probe(out));
    return x;
  }
  /// The same after `2probe`.
  connection_fsm answered() const {
    auto x = probing();
    x.on_packet(transport::websocket, probe);
    return x;
  }

  const limits numbers{milliseconds{300}, milliseconds{200}, milliseconds{1000}, 100};
  connection_fsm polling{numbers, transport::polling};
  connection_fsm websocket{numbers, transport::websocket};

  const actions interval{arm{clock::heartbeat, milliseconds{300}}};
  const actions ping_out{send_ping{}, arm{clock::heartbeat, milliseconds{200}}};
  const actions probe_dropped{disarm{clock::upgrade}, drop_probe{}};
  const actions upgraded{disarm{clock::upgrade}, release_poll{}, switch_to_websocket{}};
  const actions probe_answer{send_probe_pong{}, release_poll{}};
};

TEST_F(ConnectionFsm, BeginsWithThePingInterval) {
  EXPECT_EQ(polling.start(), interval);
  EXPECT_EQ(polling.current(), transport::polling);
  EXPECT_FALSE(polling.is_probing());
  EXPECT_FALSE(polling.is_over());
  EXPECT_EQ(websocket.start(), interval);
  EXPECT_EQ(websocket.current(), transport::websocket);
}

TEST_F(ConnectionFsm, PingsAndWaitsForThePong) {
  EXPECT_EQ(polling.on_clock(clock::heartbeat), ping_out);
  EXPECT_EQ(polling.on_packet(transport::polling, pong), interval);
  EXPECT_EQ(polling.on_clock(clock::heartbeat), ping_out) << "and so on";
  EXPECT_EQ(polling.on_packet(transport::polling, pong), interval);
  EXPECT_EQ(websocket.on_clock(clock::heartbeat), ping_out);
  EXPECT_EQ(websocket.on_packet(transport::websocket, pong), interval);
}

TEST_F(ConnectionFsm, EndsWhenThePongDoesNotCome) {
  polling.on_clock(clock::heartbeat);
  EXPECT_EQ(polling.on_clock(clock::heartbeat), ended(close_reason::ping_timeout));
  EXPECT_TRUE(polling.is_over());
}

TEST_F(ConnectionFsm, DoesNotTakeDataForAPong) {
  polling.on_clock(clock::heartbeat);
  EXPECT_EQ(polling.on_packet(transport::polling, hello), (actions{deliver{false, "hello"}}));
  EXPECT_EQ(polling.on_clock(clock::heartbeat), ended(close_reason::ping_timeout));
}

TEST_F(ConnectionFsm, TakesAPongThatNobodyAskedFor) {
  EXPECT_EQ(polling.on_packet(transport::polling, pong), interval);
  EXPECT_FALSE(polling.is_over());
}

TEST_F(ConnectionFsm, EndsWhenTheClientPings) {
  EXPECT_EQ(polling.on_packet(transport::polling, ping), ended(close_reason::parse_error));
  EXPECT_EQ(websocket.on_packet(transport::websocket, probe), ended(close_reason::parse_error));
}

TEST_F(ConnectionFsm, AnswersPingsOfVersionThree) {
  const actions patience{arm{clock::heartbeat, milliseconds{500}}};
  const actions answer{send_pong{}, arm{clock::heartbeat, milliseconds{500}}};
  for (const auto where : {transport::polling, transport::websocket}) {
    connection_fsm old{numbers, where, 3};
    EXPECT_EQ(old.version(), 3);
    EXPECT_EQ(old.start(), patience);
    EXPECT_EQ(old.on_packet(where, ping), answer);
    EXPECT_EQ(old.on_packet(where, {packet_type::ping, false, "abc"}), answer);
    EXPECT_EQ(old.on_packet(where, hello), (actions{deliver{false, "hello"}})) << "data is no ping";
    EXPECT_EQ(old.on_clock(clock::heartbeat), ended(close_reason::ping_timeout));
  }
}

TEST_F(ConnectionFsm, EndsWhenAClientOfVersionThreePongs) {
  connection_fsm old{numbers, transport::polling, 3};
  EXPECT_EQ(old.on_packet(transport::polling, pong), ended(close_reason::parse_error));
}

TEST_F(ConnectionFsm, UpgradesInVersionThreeToo) {
  connection_fsm old{numbers, transport::polling, 3};
  actions out;
  ASSERT_TRUE(old.accept_probe(out));
  EXPECT_EQ(old.on_packet(transport::websocket, probe), probe_answer);
  EXPECT_EQ(old.on_packet(transport::polling, ping), (actions{send_pong{}, arm{clock::heartbeat, milliseconds{500}}}))
      << "the heartbeat goes on where it was";
  EXPECT_EQ(old.on_packet(transport::websocket, upgrade), upgraded);
  EXPECT_EQ(old.current(), transport::websocket);
}

TEST_F(ConnectionFsm, DeliversMessages) {
  EXPECT_EQ(polling.on_packet(transport::polling, hello), (actions{deliver{false, "hello"}}));
  EXPECT_EQ(websocket.on_packet(transport::websocket, {packet_type::message, true, "x"}),
            (actions{deliver{true, "x"}}));
  EXPECT_EQ(websocket.on_packet(transport::websocket, {packet_type::message, false, ""}),
            (actions{deliver{false, ""}}));
}

TEST_F(ConnectionFsm, IgnoresPacketsWithoutMeaning) {
  for (const auto type : {packet_type::open, packet_type::upgrade, packet_type::noop}) {
    EXPECT_EQ(polling.on_packet(transport::polling, {type, false, ""}), nothing);
    EXPECT_EQ(websocket.on_packet(transport::websocket, {type, false, ""}), nothing);
  }
}

TEST_F(ConnectionFsm, EndsWithTheClosePacket) {
  EXPECT_EQ(polling.on_packet(transport::polling, close_packet), ended(close_reason::transport_close));
  EXPECT_EQ(websocket.on_packet(transport::websocket, close_packet), ended(close_reason::transport_close));
}

TEST_F(ConnectionFsm, EndsWithBytesThatAreNoPacket) {
  EXPECT_EQ(polling.on_undecodable(transport::polling), ended(close_reason::parse_error));
  EXPECT_EQ(websocket.on_undecodable(transport::websocket), ended(close_reason::parse_error));
}

TEST_F(ConnectionFsm, EndsWhenItsTransportIsLost) {
  auto twin = polling;
  EXPECT_EQ(polling.on_transport_lost(transport::polling, false), ended(close_reason::transport_close));
  EXPECT_EQ(twin.on_transport_lost(transport::polling, true), ended(close_reason::transport_error));
  EXPECT_EQ(websocket.on_transport_lost(transport::websocket, true), ended(close_reason::transport_error));
}

TEST_F(ConnectionFsm, EndsWhenTheApplicationWantsIt) {
  EXPECT_EQ(polling.close(close_reason::forced_close), ended(close_reason::forced_close));
  EXPECT_EQ(polling.close(close_reason::forced_close), nothing) << "once";
}

TEST_F(ConnectionFsm, KeepsQuietAfterTheEnd) {
  for (auto x : {polling, websocket, probing(), answered()}) {
    x.close(close_reason::forced_close);
    EXPECT_TRUE(x.is_over());
    EXPECT_EQ(x.start(), nothing);
    for (const auto side : {transport::polling, transport::websocket}) {
      for (const auto& what : {ping, pong, probe, upgrade, close_packet, hello})
        EXPECT_EQ(x.on_packet(side, what), nothing);
      EXPECT_EQ(x.on_undecodable(side), nothing);
      EXPECT_EQ(x.on_transport_lost(side, true), nothing);
    }
    EXPECT_EQ(x.on_clock(clock::heartbeat), nothing);
    EXPECT_EQ(x.on_clock(clock::upgrade), nothing);
    EXPECT_EQ(x.on_poll_held(), nothing);
    actions out;
    EXPECT_FALSE(x.accept_probe(out));
    EXPECT_EQ(out, nothing);
  }
}

// -- upgrade --------------------------------------------------------------------------------------------------------

TEST_F(ConnectionFsm, DancesFromPollingToWebsocket) {
  actions out;
  EXPECT_TRUE(polling.accept_probe(out));
  EXPECT_EQ(out, (actions{arm{clock::upgrade, milliseconds{1000}}}));
  EXPECT_TRUE(polling.is_probing());
  EXPECT_EQ(polling.current(), transport::polling);
  EXPECT_EQ(polling.on_packet(transport::websocket, probe), probe_answer) << "the pong first, then the held GET";
  EXPECT_EQ(polling.current(), transport::polling);
  EXPECT_EQ(polling.on_packet(transport::websocket, upgrade), upgraded);
  EXPECT_EQ(polling.current(), transport::websocket);
  EXPECT_FALSE(polling.is_probing());
  EXPECT_EQ(polling.on_packet(transport::websocket, hello), (actions{deliver{false, "hello"}}));
}

TEST_F(ConnectionFsm, ReleasesEachGetThatComesAfterTheProbeWasAnswered) {
  EXPECT_EQ(polling.on_poll_held(), nothing);
  auto x = probing();
  EXPECT_EQ(x.on_poll_held(), nothing) << "the client has not probed yet";
  x.on_packet(transport::websocket, probe);
  EXPECT_EQ(x.on_poll_held(), actions{release_poll{}});
  EXPECT_EQ(x.on_poll_held(), actions{release_poll{}});
  x.on_packet(transport::websocket, upgrade);
  EXPECT_EQ(x.on_poll_held(), nothing);
}

TEST_F(ConnectionFsm, AnswersARepeatedProbe) {
  EXPECT_EQ(answered().on_packet(transport::websocket, probe), probe_answer);
}

TEST_F(ConnectionFsm, UpgradesWithoutAProbePacket) {
  auto x = probing();
  EXPECT_EQ(x.on_packet(transport::websocket, upgrade), upgraded);
  EXPECT_EQ(x.current(), transport::websocket);
}

TEST_F(ConnectionFsm, DropsAProbeThatSendsAnythingElse) {
  for (const auto& what : {hello, ping, pong, close_packet, packet{packet_type::ping, false, "probe2"},
                           packet{packet_type::pong, false, "probe"}, packet{packet_type::noop, false, ""},
                           packet{packet_type::open, false, "{}"}, packet{packet_type::message, true, "x"}})
    for (auto x : {probing(), answered()}) {
      EXPECT_EQ(x.on_packet(transport::websocket, what), probe_dropped) << testing::PrintToString(what.data);
      EXPECT_FALSE(x.is_probing());
      EXPECT_FALSE(x.is_over()) << "the connection stays on polling";
      EXPECT_EQ(x.current(), transport::polling);
    }
}

TEST_F(ConnectionFsm, DropsAProbeThatSendsNoPacket) {
  auto x = probing();
  EXPECT_EQ(x.on_undecodable(transport::websocket), probe_dropped);
  EXPECT_EQ(x.on_undecodable(transport::websocket), nothing);
  EXPECT_FALSE(x.is_over());
}

TEST_F(ConnectionFsm, IgnoresWhatADroppedProbeStillSends) {
  auto x = probing();
  x.on_packet(transport::websocket, hello);
  for (const auto& what : {hello, probe, upgrade, close_packet})
    EXPECT_EQ(x.on_packet(transport::websocket, what), nothing);
  EXPECT_EQ(x.on_transport_lost(transport::websocket, true), nothing);
  EXPECT_EQ(x.current(), transport::polling);
}

TEST_F(ConnectionFsm, DropsAProbeThatTakesTooLong) {
  for (auto x : {probing(), answered()}) {
    EXPECT_EQ(x.on_clock(clock::upgrade), actions{drop_probe{}});
    EXPECT_EQ(x.on_clock(clock::upgrade), nothing);
    EXPECT_FALSE(x.is_probing());
    EXPECT_FALSE(x.is_over());
  }
  EXPECT_EQ(polling.on_clock(clock::upgrade), nothing);
}

TEST_F(ConnectionFsm, StaysOnPollingWhenTheProbeIsLost) {
  for (auto x : {probing(), answered()}) {
    EXPECT_EQ(x.on_transport_lost(transport::websocket, true), actions{disarm{clock::upgrade}});
    EXPECT_FALSE(x.is_probing());
    EXPECT_FALSE(x.is_over());
    actions out;
    EXPECT_TRUE(x.accept_probe(out)) << "another upgrade may be tried";
  }
}

TEST_F(ConnectionFsm, RefusesASecondProbe) {
  for (auto x : {probing(), answered(), websocket}) {
    actions out;
    EXPECT_FALSE(x.accept_probe(out));
    EXPECT_EQ(out, nothing);
  }
  auto x = answered();
  x.on_packet(transport::websocket, upgrade);
  actions out;
  EXPECT_FALSE(x.accept_probe(out));
}

TEST_F(ConnectionFsm, ProcessesPostsWhileProbing) {
  for (auto x : {probing(), answered()}) {
    EXPECT_EQ(x.on_packet(transport::polling, hello), (actions{deliver{false, "hello"}}));
    EXPECT_EQ(x.on_packet(transport::polling, pong), interval);
    EXPECT_TRUE(x.is_probing());
    EXPECT_EQ(x.on_packet(transport::polling, close_packet), ended(close_reason::transport_close));
  }
}

TEST_F(ConnectionFsm, EndsWithAPostThatIsNoPacketWhileProbing) {
  EXPECT_EQ(probing().on_undecodable(transport::polling), ended(close_reason::parse_error));
}

TEST_F(ConnectionFsm, TakesAPostThatWasOnItsWayDuringTheUpgrade) {
  auto x = answered();
  x.on_packet(transport::websocket, upgrade);
  EXPECT_EQ(x.on_packet(transport::polling, hello), (actions{deliver{false, "hello"}}));
}

TEST_F(ConnectionFsm, OutlivesThePollingThatItLeft) {
  auto x = answered();
  x.on_packet(transport::websocket, upgrade);
  EXPECT_EQ(x.on_transport_lost(transport::polling, true), nothing);
  EXPECT_EQ(x.on_transport_lost(transport::websocket, false), ended(close_reason::transport_close));
}

TEST_F(ConnectionFsm, KeepsTheHeartbeatThroughTheUpgrade) {
  auto x = answered();
  EXPECT_EQ(x.on_clock(clock::heartbeat), ping_out);
  x.on_packet(transport::websocket, upgrade);
  EXPECT_EQ(x.on_packet(transport::websocket, pong), interval) << "the ping went out by polling";
  x.on_clock(clock::heartbeat);
  EXPECT_EQ(x.on_clock(clock::heartbeat), ended(close_reason::ping_timeout));
}

TEST_F(ConnectionFsm, EndsWhileProbing) {
  auto x = probing();
  x.on_clock(clock::heartbeat);
  EXPECT_EQ(x.on_clock(clock::heartbeat), ended(close_reason::ping_timeout));
  EXPECT_EQ(probing().on_transport_lost(transport::polling, false), ended(close_reason::transport_close));
}

TEST_F(ConnectionFsm, ComparesActionsByValue) {
  EXPECT_NE((actions{deliver{false, "a"}}), (actions{deliver{true, "a"}}));
  EXPECT_NE((actions{deliver{false, "a"}}), (actions{deliver{false, "b"}}));
  EXPECT_NE((actions{arm{clock::upgrade, milliseconds{1}}}), (actions{arm{clock::heartbeat, milliseconds{1}}}));
  EXPECT_NE((actions{arm{clock::upgrade, milliseconds{1}}}), (actions{arm{clock::upgrade, milliseconds{2}}}));
  EXPECT_NE(actions{disarm{clock::upgrade}}, actions{disarm{clock::heartbeat}});
  EXPECT_NE(ended(close_reason::parse_error), ended(close_reason::ping_timeout));
}

} // namespace
} // namespace arauto::engineio
