#include "net/http/plain_request.hpp"

#include <gtest/gtest.h>

namespace arauto::http {
namespace {

using namespace std::string_literals;

TEST(HttpPlainRequest, ReadsOneOfManyRequests) {
  const auto first = "POST /event/emit/shop?a=b HTTP/1.1\r\nHost: here:80\r\napikey:  a key \r\nX-Empty:\r\n"
                     "content-LENGTH: 7\r\n\r\n{\"a\":1}"s;
  const auto read = first + "GET / HTTP/1.1\r\n";
  const auto x = read_plain_request(read);
  ASSERT_TRUE(x);
  EXPECT_EQ(x->bytes, first.size());
  EXPECT_EQ(x->body, "{\"a\":1}");
  EXPECT_EQ(x->head.method, "POST");
  EXPECT_EQ(x->head.path(), "/event/emit/shop");
  EXPECT_EQ(x->head.query(), "a=b");
  EXPECT_EQ(x->head.field("APIKEY"), "a key");
  EXPECT_TRUE(x->head.has_field("x-empty"));
  EXPECT_EQ(x->head.fields.size(), 4U);
  EXPECT_TRUE(x->head.keep_alive);
}

TEST(HttpPlainRequest, ReadsEveryPlainMethod) {
  for (const auto* method : {"GET", "POST", "PUT", "DELETE"}) {
    const auto x = read_plain_request(method + " / HTTP/1.1\r\nHost: a\r\n\r\n"s);
    ASSERT_TRUE(x) << method;
    EXPECT_EQ(x->head.method, method);
    EXPECT_TRUE(x->body.empty());
  }
}

TEST(HttpPlainRequest, WaitsForTheLastByte) {
  const auto whole = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{}"s;
  for (std::size_t bytes = 0; bytes < whole.size(); ++bytes)
    EXPECT_FALSE(read_plain_request(whole.substr(0, bytes))) << bytes;
  EXPECT_TRUE(read_plain_request(whole));
}

TEST(HttpPlainRequest, LeavesTheRestToOthers) {
  const auto with = [](const std::string& fields) { return "POST / HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n"; };
  ASSERT_TRUE(read_plain_request(with("")));
  ASSERT_TRUE(read_plain_request(with("Tea: x\r\n")));
  for (const auto& text : {"PATCH / HTTP/1.1\r\nHost: a\r\n\r\n"s,
                           "get / HTTP/1.1\r\nHost: a\r\n\r\n"s,
                           "GET  / HTTP/1.1\r\nHost: a\r\n\r\n"s,
                           "GET / HTTP/1.0\r\nHost: a\r\n\r\n"s,
                           "GET / HTTP/1.1 \r\nHost: a\r\n\r\n"s,
                           "GET / HTTP/1.1\nHost: a\n\n"s,
                           "GET http://a/ HTTP/1.1\r\nHost: a\r\n\r\n"s,
                           "GET /\x80 HTTP/1.1\r\nHost: a\r\n\r\n"s,
                           "GET /\x7F HTTP/1.1\r\nHost: a\r\n\r\n"s,
                           "GET /\0 HTTP/1.1\r\nHost: a\r\n\r\n"s,
                           "GET / HTTP/1.1\r\n\r\n"s,
                           " GET / HTTP/1.1\r\nHost: a\r\n\r\n"s,
                           "\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n"s,
                           with("hOST: b\r\n"),
                           with("Connection: keep-alive\r\n"),
                           with("Upgrade: websocket\r\n"),
                           with("transfer-encoding: chunked\r\n"),
                           with("Expect: 100-continue\r\n"),
                           with("TE: trailers\r\n"),
                           with("Trailer: x\r\n"),
                           with("Proxy-Connection: close\r\n"),
                           with("Content-Length: 0\r\nContent-Length: 0\r\n"),
                           with("Content-Length: 0, 0\r\n"),
                           with("Content-Length: +0\r\n"),
                           with("Content-Length: -1\r\n"),
                           with("Content-Length:\r\n"),
                           with("Content-Length: 0x0\r\n"),
                           with("Content-Length: 0000000000\r\n"),
                           with("Content-Length : 0\r\n"),
                           with("X: a\r\n b\r\n"),
                           with("X: a\tb\r\n"),
                           with("X: a\rb\r\n"),
                           with("X: \xE9\r\n"),
                           with("X: a\0b\r\n"s),
                           with(": a\r\n"),
                           with("X\r\n"),
                           with("X a: b\r\n"),
                           with("X: " + std::string(5000, 'x') + "\r\n")})
    EXPECT_FALSE(read_plain_request(text)) << testing::PrintToString(text);
  std::string many;
  for (int i = 0; i < 32; ++i)
    many += "X-" + std::to_string(i) + ": a\r\n";
  EXPECT_FALSE(read_plain_request(with(many)));
}

} // namespace
} // namespace arauto::http
