// Engine.IO over polling, through real sockets.
#include "tests/net/io_engine_fixture.hpp"

#include <zlib.h>

namespace arauto::io::test {
namespace {

using namespace std::string_literals;

const std::string polling4 = "EIO=4&transport=polling";
const std::string polling3 = "EIO=3&transport=polling";
const std::string unknown = R"({"code":1,"message":"Session ID unknown"})";
const std::string bad = R"({"code":3,"message":"Bad request"})";

class EnginePolling : public EngineServer, public testing::WithParamInterface<std::size_t> {
protected:
  /// What every request sees after the end of a session.
  void expect_gone(const std::string& of) {
    for (const auto& x : {get(of), post(of, "4a")}) {
      EXPECT_EQ(x.status, 400U);
      EXPECT_EQ(x.body, unknown);
    }
  }
  /// The head of a POST and some of its body.
  tcp_client half_post(const std::string& of) {
    auto x = connect();
    x.send("POST /engine.io/?" + of + " HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n4slow");
    return x;
  }
  /// A GET that its session is known to hold. `order` asks whether it is writable, in the form of the session.
  tcp_client hold_surely(const std::string& of, const std::string& order = "4__writable__") {
    auto poll = hold(of);
    do {
      writable = -1;
      EXPECT_EQ(post(of, order).body, "ok");
    } while (writable == 0);
    return poll;
  }
  std::string held(const std::string& of, const std::string& text, const std::string& order = "4__writable__") {
    auto poll = hold_surely(of, order);
    EXPECT_EQ(post(of, text).body, "ok");
    return poll.read().body;
  }
};

// With two threads, every other request arrives on a thread that does not own the session.
INSTANTIATE_TEST_SUITE_P(Threads, EnginePolling, testing::Values(1, 2));

TEST_P(EnginePolling, EchoesWhileAGetIsHeld) {
  start(GetParam());
  const auto of = polling4 + "&sid=" + open();
  EXPECT_EQ(held(of, "4hello"), "4hello");
  EXPECT_EQ(held(of, "4\u20ac\x1e"
                     "bAQID"),
            "4\u20ac\x1e"
            "bAQID");
  EXPECT_EQ(opened, 4);
}

TEST_P(EnginePolling, EndsWithASecondPostWhileTheFirstIsArriving) {
  start(GetParam());
  const auto of = polling4 + "&sid=" + open();
  auto poll = hold_surely(of);
  auto first = half_post(of);
  auto second = post(of, "4second");
  for (int n = 0; second.status == 200 && n < 100; ++n)
    second = post(of, "4again"); // It came before the head of the first one.
  EXPECT_EQ(second.status, 400U);
  EXPECT_EQ(second.body, "");
  EXPECT_TRUE(first.is_cut());
  expect_gone(of);
}

TEST_P(EnginePolling, EndsWithTheConnectionOfAHalfPost) {
  start(GetParam());
  const auto of = polling4 + "&sid=" + open();
  auto poll = hold_surely(of);
  half_post(of).drop();
  EXPECT_EQ(poll.read().body, "1");
  expect_gone(of);
  EXPECT_EQ(closed_because(), "transport error");
}

TEST_P(EnginePolling, TakesABodyInPieces) {
  start(GetParam());
  const auto of = polling4 + "&sid=" + open();
  auto poll = hold(of);
  auto x = half_post(of);
  x.send("\xE2");
  x.send("\x82");
  x.send("\xACyz");
  EXPECT_EQ(x.read().body, "ok");
  EXPECT_EQ(poll.read().body, "4slow\u20acyz");
  auto chunked = connect();
  chunked.send("POST /engine.io/?" + of + " HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n4a\r\n");
  auto next = hold(of);
  chunked.send("1\r\nb\r\n0\r\n\r\n");
  EXPECT_EQ(chunked.read().body, "ok");
  EXPECT_EQ(next.read().body, "4ab");
}

TEST_P(EnginePolling, EndsWithTheConnectionOfAHeldGet) {
  start(GetParam());
  const auto of = polling4 + "&sid=" + open();
  hold_surely(of).drop();
  while (closed_because().empty())
    std::this_thread::yield();
  EXPECT_EQ(closed_because(), "transport error");
  expect_gone(of);
}

TEST_P(EnginePolling, EndsWithASecondGet) {
  start(GetParam());
  const auto of = polling4 + "&sid=" + open();
  auto first = hold(of);
  auto second = hold(of);
  auto a = first.read();
  auto b = second.read();
  if (a.status == 400) // The second one was faster.
    std::swap(a, b);
  EXPECT_EQ(a.body, "1");
  EXPECT_EQ(b.status, 400U);
  EXPECT_EQ(b.body, "");
  expect_gone(of);
}

TEST_P(EnginePolling, RefusesALargeBodyAsSoonAsItIsTooLarge) {
  settings.limits.max_payload = 100;
  start(GetParam());
  const auto of = polling4 + "&sid=" + open();
  const auto head = "POST /engine.io/?" + of + " HTTP/1.1\r\nHost: x\r\n";
  for (const auto& request :
       {head + "Content-Length: 101\r\n\r\n4" + std::string(100, 'x'), head + "Content-Length: 1000000000\r\n\r\n",
        head + "Transfer-Encoding: chunked\r\n\r\n40\r\n" + std::string(64, 'x') + "\r\n40\r\n" +
            std::string(64, 'x')}) {
    auto x = connect();
    x.send(request);
    const auto answer = x.read();
    EXPECT_EQ(answer.status, 413U);
    EXPECT_EQ(answer.body, "");
    EXPECT_EQ(answer.field("access-control-allow-origin"), "*");
    EXPECT_EQ(answer.field("content-type"), "");
  }
  EXPECT_EQ(held(of, "4" + std::string(99, 'x')).size(), 100U) << "the session lives, and its limit counts";
}

TEST_P(EnginePolling, AnswersErrorsBeforeTheBodyIsThere) {
  start(GetParam());
  const auto of = polling4 + "&sid=" + open();
  const auto begin = [&](const std::string& query, const std::string& fields = {}) {
    auto x = connect();
    x.send("POST /engine.io/?" + query + " HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n" + fields + "\r\n4");
    return x.read();
  };
  EXPECT_EQ(begin(polling4 + "&sid=nope").body, unknown);
  EXPECT_EQ(begin(polling4 + "&sid=" + std::string(20, 'A')).body, unknown);
  EXPECT_EQ(begin("EIO=3&transport=polling&sid=" + of.substr(of.size() - 20)).body, bad);
  EXPECT_EQ(begin(polling4).body, R"({"code":2,"message":"Bad handshake method"})");
  const auto binary = begin(of, "Content-Type: application/octet-stream\r\n");
  EXPECT_EQ(binary.status, 400U);
  EXPECT_EQ(binary.body, "");
  expect_gone(of);
}

TEST_P(EnginePolling, RefusesOtherMethodsAndGoesOn) {
  start(GetParam());
  const auto of = polling4 + "&sid=" + open();
  for (const auto* method : {"PUT", "DELETE", "HEAD", "PATCH"}) {
    const auto x = ask(method, of);
    EXPECT_EQ(x.status, 500U) << method;
    EXPECT_EQ(x.body, "");
  }
  EXPECT_EQ(held(of, "4a"), "4a");
}

TEST_P(EnginePolling, WaitsForAPollerWhenTheServerCloses) {
  start(GetParam());
  auto of = polling4 + "&sid=" + open();
  EXPECT_EQ(held(of, "4__close__"), "1");
  expect_gone(of);
  of = polling4 + "&sid=" + open();
  EXPECT_EQ(post(of, "4__close__").body, "ok");
  EXPECT_EQ(post(of, "4ignored").body, "ok");
  EXPECT_EQ(get(of).body, "6\x1e"
                          "1");
  expect_gone(of);
  of = polling4 + "&sid=" + open();
  EXPECT_EQ(post(of, "4last\x1e"
                     "4__close__\x1e"
                     "4ignored")
                .body,
            "ok");
  EXPECT_EQ(get(of).body, "4last") << "what was there before goes first";
  EXPECT_EQ(get(of).body, "6\x1e"
                          "1");
  expect_gone(of);
}

TEST_P(EnginePolling, EndsWithAClosePacket) {
  start(GetParam());
  const auto of = polling4 + "&sid=" + open();
  EXPECT_EQ(held(of, "1"), "6");
  expect_gone(of);
  EXPECT_EQ(closed_because(), "transport close");
}

// The POST may be read before the GET, and on two threads the GET may have a longer way to its session.
TEST_P(EnginePolling, EndsBehindAGetThatCameBefore) {
  start(GetParam());
  for (int n = 0; n < 300; ++n) {
    const auto of = polling4 + "&sid=" + open();
    auto poll = connect();
    auto posted = connect();
    const auto is_close = n % 2 == 0;
    poll.send("GET /engine.io/?" + of + " HTTP/1.1\r\nHost: x\r\n\r\n");
    posted.send("POST /engine.io/?" + of + " HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\n" +
                (is_close ? "1" : "9"));
    ASSERT_EQ(poll.read().body, is_close ? "6" : "1") << n;
    ASSERT_EQ(posted.read().body, "ok");
    ASSERT_EQ(get(of).body, unknown);
  }
}

TEST_P(EnginePolling, ForgetsASessionThatTheApplicationGaveUpWhileNobodyPolled) {
  start(GetParam());
  const auto sid = open();
  EXPECT_EQ(post(polling4 + "&sid=" + sid, "4__broken__").body, "ok");
  unsigned status = 200;
  for (int tries = 0; tries < 1000 && status == 200; ++tries)
    status = get(polling4 + "&sid=" + sid).status;
  EXPECT_EQ(status, 400U);
}

TEST_P(EnginePolling, TakesNoRuns) {
  start(GetParam());
  const auto of = polling4 + "&sid=" + open();
  EXPECT_EQ(held(of, "4__runs__"), "4a\x1e"
                                   "4b");
}

TEST_P(EnginePolling, SpeaksVersionThree) {
  settings.allow_v3 = true;
  start(GetParam());
  const auto sid = open(polling3);
  const auto of = polling3 + "&sid=" + sid;
  EXPECT_EQ(opened, 3);
  const auto order = "13:4__writable__"s;
  EXPECT_EQ(held(of, "6:4hello3:4\U0001F600", order), "6:4hello3:4\U0001F600");
  EXPECT_EQ(held(of, "4:2abc", order), "1:3");
  EXPECT_EQ(get(polling4 + "&sid=" + sid).body, bad) << "another version";
  const auto both = "\x01\x05\xFF\x04\x01\x02\x03\x04"s + "\x00\x06\xFF"s + "4hello";
  auto poll = hold(of);
  EXPECT_EQ(post(of, both, "Content-Type: application/octet-stream\r\n").body, "ok");
  const auto answer = poll.read();
  EXPECT_EQ(answer.body, both);
  EXPECT_EQ(answer.field("content-type"), "application/octet-stream");
  EXPECT_EQ(held(of, "1:1", order), "1:6");
  expect_gone(of);
  const auto text_only = polling3 + "&b64=1&sid=" + open(polling3 + "&b64=1");
  EXPECT_EQ(held(text_only, "10:b4AQIDBA==2:4x", order), "10:b4AQIDBA==2:4x");
  EXPECT_EQ(post(text_only, "1:3").body, "ok");
  expect_gone(text_only);
  const auto broken = polling3 + "&sid=" + open(polling3);
  EXPECT_EQ(post(broken, "99:4hello").body, "ok");
  expect_gone(broken);
}

TEST_P(EnginePolling, SpeaksJsonp) {
  settings.allow_v3 = true;
  start(GetParam());
  auto of = polling4 + "&j=7&sid=" + open(polling4 + "&j=2x");
  auto poll = hold(of);
  EXPECT_EQ(post(of, "d=4a%5Cnb%E2%80%A8", "Content-Type: application/x-www-form-urlencoded\r\n").body, "ok");
  const auto answer = poll.read();
  EXPECT_EQ(answer.body, R"(___eio[2]("4a\nb\u2028");)");
  EXPECT_EQ(answer.field("content-type"), "text/plain; charset=UTF-8");
  EXPECT_EQ(post(of, "4raw").body, "ok") << "a form without its field has no packets";
  EXPECT_EQ(held(of, "d=1", "d=4__writable__"), R"(___eio[2]("6");)");
  of = polling3 + "&j=0&sid=" + open(polling3 + "&j=0");
  EXPECT_EQ(held(of, "d=4%3A4a%5Cnb6%3Ab4AQID", "d=13:4__writable__"), R"(___eio[0]("4:4a\nb6:b4AQID");)")
      << "a script is text";
}

class EngineAnswers : public EngineServer {};

TEST_F(EngineAnswers, ServeVersionThreeOnlyWhenAllowed) {
  start();
  EXPECT_EQ(get(polling3).body, R"({"code":5,"message":"Unsupported protocol version"})");
  EXPECT_EQ(get("transport=polling").status, 400U);
  EXPECT_EQ(get(polling3 + "&deny").status, 403U) << "the application is asked first";
}

TEST_F(EngineAnswers, AreCompressedFromOneKibibyteOn) {
  start();
  const auto of = polling4 + "&sid=" + open();
  const auto echoed = [&](std::size_t bytes, const std::string& fields) {
    EXPECT_EQ(post(of, "4" + std::string(bytes - 1, 'x')).body, "ok");
    return get(of, fields);
  };
  const auto plain = echoed(1023, "Accept-Encoding: gzip, deflate, br\r\n");
  EXPECT_EQ(plain.body.size(), 1023U);
  EXPECT_EQ(plain.field("content-encoding"), "");
  EXPECT_EQ(echoed(1024, "").body.size(), 1024U);
  const auto small = echoed(1024, "Accept-Encoding: gzip, deflate, br\r\n");
  EXPECT_EQ(small.field("content-encoding"), "gzip");
  std::string out(2000, '\0');
  z_stream inflater{};
  ASSERT_EQ(inflateInit2(&inflater, 15 + 16), Z_OK);
  auto packed = small.body;
  inflater.next_in = reinterpret_cast<Bytef*>(packed.data());
  inflater.avail_in = static_cast<uInt>(packed.size());
  inflater.next_out = reinterpret_cast<Bytef*>(out.data());
  inflater.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(inflate(&inflater, Z_FINISH), Z_STREAM_END);
  inflateEnd(&inflater);
  EXPECT_EQ(out.substr(0, inflater.total_out), "4" + std::string(1023, 'x'));
}

TEST_F(EngineAnswers, CarryCookieAndExtraFields) {
  settings.cookie.emplace();
  settings.keep_fields = true;
  on_admit = [](admission& x) {
    x.first_fields = {{"Set-Cookie", "1=1; Max-Age=86400"}, {"Set-Cookie", "2=2"}};
    x.all_fields = {{"X-All", "yes"}};
  };
  start();
  const auto first = get(polling4);
  const auto sid = sid_of(first.body);
  EXPECT_EQ(first.field("set-cookie"), "1=1; Max-Age=86400\n2=2\nio=" + sid + "; Path=/; HttpOnly; SameSite=Lax");
  EXPECT_EQ(first.field("x-all"), "yes");
  EXPECT_EQ(first.field("cache-control"), "no-store");
  const auto of = polling4 + "&sid=" + sid;
  const auto posted = post(of, "4__fields__", "X-Test: here\r\n");
  EXPECT_EQ(posted.field("x-all"), "yes");
  EXPECT_EQ(posted.field("set-cookie"), "");
  const auto got = get(of);
  EXPECT_NE(got.body.find("X-Test=here;"), std::string::npos) << got.body;
  EXPECT_EQ(got.field("x-all"), "yes");
  EXPECT_EQ(got.field("set-cookie"), "");
}

TEST_F(EngineAnswers, CalmOldExplorers) {
  start();
  for (const auto* agent : {"Mozilla/4.0 (compatible;MSIE 8.0)", "Mozilla/5.0 (Windows NT 6.1; Trident/7.0)"})
    EXPECT_EQ(get(polling4, "User-Agent: "s + agent + "\r\n").field("x-xss-protection"), "0") << agent;
  EXPECT_EQ(get(polling4, "User-Agent: Mozilla/5.0\r\n").field("x-xss-protection"), "");
}

TEST_F(EngineAnswers, SayNothingAboutOriginsWithoutCors) {
  settings.cors.is_on = false;
  start();
  const auto x = get(polling4, "Origin: http://b.example\r\n");
  EXPECT_EQ(x.status, 200U);
  EXPECT_EQ(x.field("access-control-allow-origin") + x.field("vary"), "");
  EXPECT_EQ(ask("OPTIONS", polling4).body, R"({"code":2,"message":"Bad handshake method"})");
  EXPECT_EQ(ask("OPTIONS", polling4 + "&sid=" + sid_of(x.body)).status, 500U);
}

TEST_F(EngineAnswers, WaitLongerThanTheHeadOfALastRequest) {
  settings.limits.ping_interval = std::chrono::milliseconds{150};
  http_values.head_timeout = std::chrono::milliseconds{30};
  start();
  EXPECT_EQ(get(polling4 + "&sid=" + open(), "Connection: close\r\n").body, "2");
}

} // namespace
} // namespace arauto::io::test
