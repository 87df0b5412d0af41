// Engine.IO over WebSocket and the way there, through real sockets.
#include "tests/net/io_engine_fixture.hpp"

namespace arauto::io::test {
namespace {

using namespace std::string_literals;

const std::string websocket4 = "EIO=4&transport=websocket";
const std::string websocket3 = "EIO=3&transport=websocket";
const std::string polling4 = "EIO=4&transport=polling";
const std::string polling3 = "EIO=3&transport=polling";
/// A close frame without status.
const std::string closed = "8";

class EngineWebsocket : public EngineServer {
protected:
  tcp_client open_socket(const std::string& query) {
    auto x = upgrade(query);
    EXPECT_TRUE(x.read_frame().starts_with("10{\"sid\":\""));
    return x;
  }
  std::string refused(const std::string& head) {
    auto x = connect();
    x.send(head);
    const auto answer = x.read();
    EXPECT_EQ(answer.field("connection"), "close");
    EXPECT_EQ(answer.field("content-type"), "text/html");
    EXPECT_EQ(answer.field("access-control-allow-origin"), "");
    EXPECT_TRUE(x.is_cut());
    return std::to_string(answer.status) + " " + answer.body + answer.field("sec-websocket-version");
  }
};

TEST_F(EngineWebsocket, SpeaksBothVersions) {
  settings.allow_v3 = true;
  start();
  auto x = open_socket(websocket4);
  x.send_text("4hello");
  EXPECT_EQ(x.read_frame(), "14hello");
  x.send_frame('\x02', "\x04\x01"s);
  EXPECT_EQ(x.read_frame(), "2\x04\x01"s) << "no type byte in version 4";
  auto old = open_socket(websocket3);
  EXPECT_EQ(opened, 3);
  old.send_text("2");
  EXPECT_EQ(old.read_frame(), "13");
  old.send_text("2abc");
  EXPECT_EQ(old.read_frame(), "13");
  old.send_frame('\x02', "\x04\x01\x02"s);
  EXPECT_EQ(old.read_frame(), "2\x04\x01\x02"s);
  old.send_text("3");
  EXPECT_EQ(old.read_frame(), closed);
  auto text_only = open_socket(websocket3 + "&b64=1");
  text_only.send_text("b4AQID");
  EXPECT_EQ(text_only.read_frame(), "1b4AQID");
}

TEST_F(EngineWebsocket, TakesRunsInVersionFour) {
  settings.allow_v3 = true;
  start();
  auto x = open_socket(websocket4);
  x.send_text("4__runs__");
  EXPECT_EQ(x.read_frame(), "14run");
  auto old = open_socket(websocket3);
  old.send_text("4__runs__");
  EXPECT_EQ(old.read_frame(), "14a") << "some packets of version 3 are written in another way";
  EXPECT_EQ(old.read_frame(), "14b");
}

// Beast comes for what is no short frame, and goes as soon as no message is under way.
TEST_F(EngineWebsocket, IsSmallBetweenMessages) {
  start();
  auto x = open_socket(websocket4);
  x.send_text("4short");
  EXPECT_EQ(x.read_frame(), "14short");
  EXPECT_EQ(websocket_readers(), 0U);
  const auto expect_none_soon = [&] {
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds{5};
    while (websocket_readers() != 0 && std::chrono::steady_clock::now() < until)
      std::this_thread::yield(); // It goes in a turn after the answer.
    EXPECT_EQ(websocket_readers(), 0U);
  };
  const std::string long_text(100000, 'x');
  x.send_text("4" + long_text);
  EXPECT_EQ(x.read_frame(), "14" + long_text);
  expect_none_soon();
  x.send_frame('\x09', "ping");
  EXPECT_EQ(x.read_frame(), ":ping");
  expect_none_soon();
  x.send_frame('\x01', "4in ", false);
  x.send_frame('\x09', "");
  EXPECT_EQ(x.read_frame(), ":");
  EXPECT_EQ(websocket_readers(), 1U) << "a message is under way";
  x.send_frame('\x00', "pieces");
  EXPECT_EQ(x.read_frame(), "14in pieces");
  expect_none_soon();
  x.send_text("4short");
  EXPECT_EQ(x.read_frame(), "14short");
}

TEST_F(EngineWebsocket, RefusesWhatCannotBecomeAWebSocket) {
  start();
  const auto head = upgrade_head(websocket4);
  const auto changed = [&](const std::string& from, const std::string& to) {
    auto x = head;
    return x.replace(x.find(from), from.size(), to);
  };
  EXPECT_EQ(refused(changed("dGhlIHNhbXBsZSBub25jZQ==", "short")), "400 Missing or invalid Sec-WebSocket-Key header");
  EXPECT_EQ(refused(changed("Version: 13", "Version: 12")), "400 Missing or invalid Sec-WebSocket-Version header13, 8");
  EXPECT_EQ(refused(changed("websocket\r\n", "h2c\r\n")), "400 Invalid Upgrade header");
  EXPECT_EQ(refused(changed("GET", "PUT")), "400 Bad handshake method");
  EXPECT_EQ(refused(upgrade_head("EIO=4&transport=abc")), "400 Transport unknown");
  EXPECT_EQ(refused(upgrade_head(websocket3)), "400 Unsupported protocol version");
  EXPECT_EQ(refused(upgrade_head(websocket4 + "&deny")), "400 Forbidden");
  EXPECT_EQ(refused(upgrade_head(websocket4 + "&sid=nope")), "400 Session ID unknown");
  const auto sid = open();
  EXPECT_EQ(refused(upgrade_head("EIO=3&transport=websocket&sid=" + sid)), "400 Bad request");
  auto posted = upgrade_head(websocket4 + "&sid=" + sid);
  EXPECT_EQ(refused(posted.replace(0, 3, "POST")), "405 Invalid HTTP method");
}

TEST_F(EngineWebsocket, AnswersPollsOfProxiesThatAlwaysSayUpgrade) {
  start();
  EXPECT_EQ(get(polling4, "Connection: upgrade\r\n").status, 200U);
}

TEST_F(EngineWebsocket, ClosesAWebSocketThatNamesPolling) {
  start();
  EXPECT_EQ(upgrade(polling4).read_frame(), closed);
  EXPECT_EQ(upgrade(polling4 + "&sid=" + open()).read_frame(), closed);
}

TEST_F(EngineWebsocket, PutsExtraFieldsIntoThe101) {
  settings.cors = {{"http://a.example"}, {"GET"}, true};
  settings.cookie.emplace();
  on_admit = [](admission& x) {
    x.first_fields = {{"Set-Cookie", "1=1"}, {"Set-Cookie", "2=2"}};
    x.all_fields = {{"X-All", "yes"}};
  };
  start();
  tcp_client::answer first;
  upgrade(websocket4, &first);
  EXPECT_EQ(first.status, 101U);
  EXPECT_EQ(first.field("set-cookie"), "1=1\n2=2") << "and no cookie of ours";
  EXPECT_EQ(first.field("x-all"), "yes");
  EXPECT_EQ(first.field("vary"), "Origin");
  tcp_client::answer later;
  upgrade(websocket4 + "&sid=" + open(), &later);
  EXPECT_EQ(later.field("x-all"), "yes");
  EXPECT_EQ(later.field("set-cookie"), "");
}

TEST_F(EngineWebsocket, TellsWhetherItIsWritable) {
  start();
  auto x = open_socket(websocket4);
  const auto ask = [&](const std::string& orders) {
    writable = -1;
    for (std::size_t i = 0; i < orders.size(); ++i)
      x.send_text(orders[i] == 'b' ? "4__big__" : "4__writable__");
    while (writable < 0)
      std::this_thread::yield();
    return writable == 1;
  };
  EXPECT_TRUE(ask("w"));
  x.send_text("4__big__");
  while (ask("w")) // The socket takes some of it, but never so much.
    ;
  EXPECT_EQ(x.read_frame().size(), 32U * 1024 * 1024 + 2);
  while (!ask("w")) // It was told that all is gone only now.
    ;
}

class EngineUpgrade : public EngineServer, public testing::WithParamInterface<std::size_t> {};
INSTANTIATE_TEST_SUITE_P(Threads, EngineUpgrade, testing::Values(1, 2));

TEST_P(EngineUpgrade, MovesAConnection) {
  start(GetParam());
  const auto sid = open();
  const auto of = polling4 + "&sid=" + sid;
  auto poll = hold(of);
  auto x = upgrade(websocket4 + "&sid=" + sid);
  x.send_text("2probe");
  EXPECT_EQ(x.read_frame(), "13probe");
  EXPECT_EQ(poll.read().body, "6");
  EXPECT_EQ(post(of, "4during").body, "ok");
  EXPECT_EQ(get(of).body, "4during") << "polling is current until the end";
  EXPECT_EQ(get(of).body, "6") << "and answers at once";
  EXPECT_EQ(post(of, "4last").body, "ok");
  EXPECT_EQ(upgrade(websocket4 + "&sid=" + sid).read_frame(), closed) << "one is probing";
  x.send_text("5");
  x.send_text("4after");
  EXPECT_EQ(x.read_frame(), "14last");
  EXPECT_EQ(x.read_frame(), "14after");
  for (const auto& late : {get(of), post(of, "4late"), get(websocket4 + "&sid=" + sid)}) {
    EXPECT_EQ(late.status, 400U);
    EXPECT_EQ(late.body, R"({"code":3,"message":"Bad request"})");
  }
  EXPECT_EQ(upgrade(websocket4 + "&sid=" + sid).read_frame(), closed) << "upgraded already";
  EXPECT_EQ(upgrade(polling4 + "&sid=" + sid).read_frame(), closed);
  x.send_text("4still");
  EXPECT_EQ(x.read_frame(), "14still");
}

TEST_P(EngineUpgrade, CutsAPostThatIsStillArriving) {
  start(GetParam());
  const auto sid = open();
  auto post = connect();
  post.send("POST /engine.io/?" + polling4 + "&sid=" + sid + " HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n4");
  auto x = upgrade(websocket4 + "&sid=" + sid);
  x.send_text("2probe");
  EXPECT_EQ(x.read_frame(), "13probe");
  // Seen by its own thread before this one, which may be the same, and by the owner before the end of the probe.
  EXPECT_EQ(get(polling4 + "&sid=" + sid).body, "6");
  EXPECT_EQ(get(polling4 + "&sid=" + sid).body, "6");
  x.send_text("5");
  EXPECT_TRUE(post.is_cut());
  x.send_text("4here");
  EXPECT_EQ(x.read_frame(), "14here");
}

TEST_P(EngineUpgrade, GoesOnPollingWithoutTheWebSocket) {
  start(GetParam());
  const auto sid = open();
  auto early = upgrade(websocket4 + "&sid=" + sid);
  early.send_text("4early");
  EXPECT_EQ(early.read_frame(), closed);
  auto lost = upgrade(websocket4 + "&sid=" + sid);
  lost.send_text("2probe");
  EXPECT_EQ(lost.read_frame(), "13probe");
  lost.drop();
  EXPECT_EQ(post(polling4 + "&sid=" + sid, "4still").body, "ok");
  EXPECT_EQ(get(polling4 + "&sid=" + sid).body, "4still");
}

TEST_P(EngineUpgrade, LetsAClientThatIsChangingSeeTheEndThere) {
  start(GetParam());
  const auto sid = open();
  auto x = upgrade(websocket4 + "&sid=" + sid);
  x.send_text("2probe");
  EXPECT_EQ(x.read_frame(), "13probe");
  EXPECT_EQ(post(polling4 + "&sid=" + sid, "4last words\x1e"
                                           "4__close__")
                .body,
            "ok");
  x.send_text("5");
  EXPECT_EQ(x.read_frame(), "14last words");
  EXPECT_EQ(x.read_frame(), closed);
  EXPECT_EQ(get(polling4 + "&sid=" + sid).status, 400U);
}

TEST_P(EngineUpgrade, EndsAClientThatSaysItWillChangeAndDoesNot) {
  settings.limits.upgrade_timeout = std::chrono::milliseconds{50};
  start(GetParam());
  const auto sid = open();
  auto x = upgrade(websocket4 + "&sid=" + sid);
  x.send_text("2probe");
  EXPECT_EQ(x.read_frame(), "13probe");
  EXPECT_EQ(post(polling4 + "&sid=" + sid, "4__close__").body, "ok");
  EXPECT_EQ(x.read_frame(), closed);
  EXPECT_EQ(get(polling4 + "&sid=" + sid).body, "6\x1e"
                                                "1");
}

TEST_P(EngineUpgrade, ClosesBothWhenTheServerCloses) {
  start(GetParam());
  const auto sid = open();
  auto x = upgrade(websocket4 + "&sid=" + sid);
  EXPECT_EQ(post(polling4 + "&sid=" + sid, "4__close__").body, "ok");
  EXPECT_EQ(x.read_frame(), closed);
  EXPECT_EQ(get(polling4 + "&sid=" + sid).body, "6\x1e"
                                                "1");
}

TEST_P(EngineUpgrade, KeepsBinaryOfVersionThree) {
  settings.allow_v3 = true;
  start(GetParam());
  for (const auto* b64 : {"", "&b64=1"}) {
    const auto sid = open(polling3);
    auto x = upgrade(websocket3 + b64 + "&sid=" + sid);
    x.send_text("2probe");
    EXPECT_EQ(x.read_frame(), "13probe");
    EXPECT_EQ(post(polling3 + "&sid=" + sid, "6:b4AQID").body, "ok");
    x.send_text("5");
    EXPECT_EQ(x.read_frame(), *b64 == 0 ? "2\x04\x01\x02\x03"s : "1b4AQID"s) << "queued while it polled";
    x.send_frame('\x02', "\x04\x09"s);
    EXPECT_EQ(x.read_frame(), *b64 == 0 ? "2\x04\x09"s : "1b4CQ=="s);
  }
}

} // namespace
} // namespace arauto::io::test
