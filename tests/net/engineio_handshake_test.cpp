#include "net/engineio/handshake.hpp"

#include <gtest/gtest.h>

namespace arauto::engineio {
namespace {

using namespace std::string_literals;
using error = request_error;

struct asked {
  std::string_view query;
  std::string_view method = "GET";
  bool is_upgrade = false;
  bool origin_is_legal = true;
};

std::optional<error> judge(const asked& x) {
  return check_request(read_parameters(x.query), x.method, x.is_upgrade, x.origin_is_legal);
}

TEST(EngineHandshake, LetsGoodRequestsPass) {
  for (const auto& x :
       {asked{"EIO=4&transport=polling"}, asked{"EIO=4&transport=websocket", "GET", true},
        asked{"EIO=4&transport=polling&sid="}, asked{"EIO=4&transport=polling&sid=a"},
        asked{"EIO=4&transport=polling&sid=a", "POST"}, asked{"EIO=4&transport=websocket&sid=a", "GET", true},
        asked{"EIO=4&transport=polling&sid=a", "PUT"}, asked{"EIO=3&EIO=4&transport=x&transport=polling"},
        asked{"EIO=9&transport=polling"}, asked{"EIO=4&transport=polling", "GET", true}})
    EXPECT_EQ(judge(x), std::nullopt) << x.query;
}

TEST(EngineHandshake, RefusesUnknownTransports) {
  for (const auto* query :
       {"", "EIO=4", "EIO=4&transport=", "EIO=4&transport=webtransport", "EIO=4&transport=__proto__",
        "EIO=4&transport=constructor", "EIO=4&transport=Polling", "EIO=4&Transport=polling",
        "EIO=4&transport=polling&transport=x", "EIO=4&transport=polling%00"}) {
    EXPECT_EQ(judge({query}), error::transport_unknown) << query;
    EXPECT_EQ(judge({query, "GET", true}), error::transport_unknown) << query;
  }
}

TEST(EngineHandshake, TakesExactlyTheVersionsThatItSpeaks) {
  for (const auto* query :
       {"", "EIO=", "EIO=5", "EIO=abc", "EIO=04", "EIO=4.0", "eio=4", "EIO=%204", "EIO=03", "EIO=33"})
    for (const auto allow_v3 : {false, true})
      EXPECT_EQ(handshake_version(read_parameters(query), allow_v3), 0) << query;
  EXPECT_EQ(handshake_version(read_parameters("EIO=4"), false), 4);
  EXPECT_EQ(handshake_version(read_parameters("EIO=4"), true), 4);
  EXPECT_EQ(handshake_version(read_parameters("EIO=3"), false), 0);
  EXPECT_EQ(handshake_version(read_parameters("EIO=3"), true), 3);
}

TEST(EngineHandshake, JudgesRequestsOfASession) {
  const auto judge_session = [](std::string_view query, bool is_upgrade, transport current, std::uint8_t version) {
    return check_session_request(read_parameters(query), is_upgrade, current, version);
  };
  const auto polling = transport::polling;
  const auto websocket = transport::websocket;
  EXPECT_EQ(judge_session("EIO=4&transport=polling", false, polling, 4), std::nullopt);
  EXPECT_EQ(judge_session("EIO=3&transport=polling", false, polling, 3), std::nullopt);
  EXPECT_EQ(judge_session("transport=polling", false, polling, 3), std::nullopt) << "counts as 3";
  EXPECT_EQ(judge_session("EIO=4&transport=websocket", true, polling, 4), std::nullopt);
  EXPECT_EQ(judge_session("EIO=4&transport=websocket", true, websocket, 4), std::nullopt);
  EXPECT_EQ(judge_session("EIO=4&transport=polling", true, websocket, 4), std::nullopt);
  EXPECT_EQ(judge_session("EIO=4&transport=polling", false, websocket, 4), error::bad_request);
  EXPECT_EQ(judge_session("EIO=4&transport=websocket", false, polling, 4), error::bad_request);
  EXPECT_EQ(judge_session("EIO=4&transport=websocket", false, websocket, 4), error::bad_request) << "would never end";
  for (const auto is_upgrade : {false, true}) {
    const auto named = is_upgrade ? "&transport=websocket"s : "&transport=polling"s;
    EXPECT_EQ(judge_session("EIO=3" + named, is_upgrade, polling, 4), error::bad_request);
    EXPECT_EQ(judge_session(named, is_upgrade, polling, 4), error::bad_request);
    EXPECT_EQ(judge_session("EIO=4" + named, is_upgrade, polling, 3), error::bad_request);
  }
}

TEST(EngineHandshake, RefusesOtherMethodsThanGet) {
  for (const auto* method : {"POST", "PUT", "OPTIONS", "HEAD", "DELETE", "get", ""})
    EXPECT_EQ(judge({"EIO=4&transport=polling", method}), error::bad_handshake_method) << method;
}

TEST(EngineHandshake, RefusesWebsocketWithoutUpgrade) {
  EXPECT_EQ(judge({"EIO=4&transport=websocket"}), error::bad_request);
}

TEST(EngineHandshake, RefusesAnIllegalOrigin) {
  EXPECT_EQ(judge({"EIO=4&transport=polling", "GET", false, false}), error::bad_request);
  EXPECT_EQ(judge({"EIO=4&transport=polling&sid=a", "GET", false, false}), error::bad_request);
}

TEST(EngineHandshake, JudgesInTheOrderOfTheProtocol) {
  // Each request breaks all later rules, too.
  EXPECT_EQ(judge({"EIO=9&transport=x", "POST", false, false}), error::transport_unknown);
  EXPECT_EQ(judge({"EIO=9&transport=websocket", "POST", false, false}), error::bad_request) << "origin";
  EXPECT_EQ(judge({"EIO=9&transport=websocket", "POST", false, true}), error::bad_handshake_method);
  EXPECT_EQ(judge({"EIO=9&transport=websocket", "GET", false, true}), error::bad_request) << "no upgrade";
}

TEST(EngineHandshake, WritesErrorBodies) {
  const struct {
    error code;
    std::string body;
    unsigned status;
  } table[] = {
      {error::transport_unknown, R"({"code":0,"message":"Transport unknown"})", 400},
      {error::session_id_unknown, R"({"code":1,"message":"Session ID unknown"})", 400},
      {error::bad_handshake_method, R"({"code":2,"message":"Bad handshake method"})", 400},
      {error::bad_request, R"({"code":3,"message":"Bad request"})", 400},
      {error::forbidden, R"({"code":4,"message":"Forbidden"})", 403},
      {error::unsupported_protocol_version, R"({"code":5,"message":"Unsupported protocol version"})", 400},
  };
  for (const auto& x : table) {
    EXPECT_EQ(error_body(x.code), x.body);
    EXPECT_EQ(error_status(x.code), x.status);
  }
}

TEST(EngineHandshake, RepeatsTheTextOfARefusal) {
  EXPECT_EQ(error_body(error::forbidden, "no \"key\"\n"), R"({"code":4,"message":"no \"key\"\n"})");
}

TEST(EngineHandshake, CallsCodesOutsideTheProtocolABadRequest) {
  EXPECT_EQ(to_string(static_cast<error>(6)), "Bad request");
}

TEST(EngineHandshake, ReadsTheParametersItKnows) {
  const auto x = read_parameters("EIO=4&transport=web%73ocket&t=abc&sid=a%2Fb&apikey=k+1&b64=1&x");
  EXPECT_EQ(x.protocol_version, "4");
  EXPECT_EQ(x.transport_name, "websocket");
  EXPECT_EQ(x.sid, "a/b");
  EXPECT_EQ(x.api_key, "k 1");
  EXPECT_TRUE(x.is_text_only);
  EXPECT_EQ(x.jsonp, std::nullopt);
  EXPECT_EQ(read_parameters("j=1&j=2").jsonp, "2");
  EXPECT_EQ(read_parameters("j=").jsonp, "");
  EXPECT_FALSE(read_parameters("b64=").is_text_only);
}

TEST(EngineHandshake, TakesTheLastOfRepeatedParameters) {
  const auto x = read_parameters("sid=a&sid=b&apikey=1&apikey=2&sid=");
  EXPECT_EQ(x.sid, "");
  EXPECT_EQ(x.api_key, "2");
}

TEST(EngineHandshake, NamesTheTransport) {
  EXPECT_EQ(named_transport(read_parameters("transport=websocket")), transport::websocket);
  EXPECT_EQ(named_transport(read_parameters("transport=polling")), transport::polling);
}

TEST(EngineHandshake, WritesTheOpenPacketInTheOrderOfTheReferenceServer) {
  EXPECT_EQ(open_packet_data("lv_VI97HAXpY6yYWAAAC", true, limits{}, 1000000),
            R"({"sid":"lv_VI97HAXpY6yYWAAAC","upgrades":["websocket"],"pingInterval":25000,"pingTimeout":20000,)"
            R"("maxPayload":1000000})");
  limits x;
  x.ping_interval = std::chrono::milliseconds{300};
  x.ping_timeout = std::chrono::milliseconds{200};
  EXPECT_EQ(open_packet_data("a", false, x, 5),
            R"({"sid":"a","upgrades":[],"pingInterval":300,"pingTimeout":200,"maxPayload":5})");
}

TEST(EngineHandshake, HasTheDefaultsOfTheReferenceServer) {
  const limits x;
  EXPECT_EQ(x.ping_interval.count(), 25000);
  EXPECT_EQ(x.ping_timeout.count(), 20000);
  EXPECT_EQ(x.upgrade_timeout.count(), 10000);
  EXPECT_EQ(x.max_payload, 1000000U);
}

TEST(EngineHandshake, KnowsLegalHeaderValues) {
  for (const auto& x : {""s, "http://localhost:8080"s, "a\tb ~"s, "\x80\xFF"s, "caf\xC3\xA9"s})
    EXPECT_TRUE(is_legal_header_value(x)) << testing::PrintToString(x);
  for (const auto& x : {"\0"s, "a\nb"s, "a\rb"s, "\x7F"s, "\x1F"s, "\x01"s, "\b"s, "\v"s})
    EXPECT_FALSE(is_legal_header_value(x)) << testing::PrintToString(x);
}

} // namespace
} // namespace arauto::engineio
