#include "net/http/query.hpp"
#include "net/http/url.hpp"

#include <gtest/gtest.h>

namespace arauto::http {
namespace {

TEST(ServerUrl, IsTakenApartAndPutTogether) {
  struct {
    const char* text;
    bool is_secure;
    const char *host, *port, *prefix, *authority, *again;
  } const table[] = {
      {"http://localhost", false, "localhost", "80", "", "localhost", "http://localhost"},
      {"HTTPS://evo.example/", true, "evo.example", "443", "", "evo.example", "https://evo.example"},
      {"https://evo.example/evolution//", true, "evo.example", "443", "/evolution", "evo.example",
       "https://evo.example/evolution"},
      {"http://10.0.0.1:8080/a/b", false, "10.0.0.1", "8080", "/a/b", "10.0.0.1:8080", "http://10.0.0.1:8080/a/b"},
      {"http://[::1]:8080", false, "::1", "8080", "", "[::1]:8080", "http://[::1]:8080"},
      {"https://[fe80::1%25eth0]", true, "fe80::1%25eth0", "443", "", "[fe80::1%25eth0]", "https://[fe80::1%25eth0]"},
      {"http://x:443", false, "x", "443", "", "x:443", "http://x:443"},
  };
  for (const auto& row : table) {
    const auto x = parse_server_url(row.text);
    ASSERT_TRUE(x) << row.text;
    EXPECT_EQ(x->is_secure, row.is_secure) << row.text;
    EXPECT_EQ(x->host, row.host) << row.text;
    EXPECT_EQ(x->port, row.port) << row.text;
    EXPECT_EQ(x->prefix, row.prefix) << row.text;
    EXPECT_EQ(x->authority(), row.authority) << row.text;
    EXPECT_EQ(x->text(), row.again) << row.text;
  }
}

TEST(ServerUrl, RefusesWhatIsNoServer) {
  for (const auto* text : {"",
                           "localhost",
                           "localhost:8080",
                           "ftp://x",
                           "http:/x",
                           "http://",
                           "http:///x",
                           "http://u:p@x",
                           "http://x?y",
                           "http://x/#y",
                           "http://x:",
                           "http://x:0",
                           "http://x:65536",
                           "http://x:80a",
                           "http://[::1",
                           "http://[::1]80",
                           "http://[]",
                           "http://a b",
                           "http://x/a b",
                           "http://x/a\r\nb",
                           "http://x\r\n",
                           "http://ü"})
    EXPECT_FALSE(parse_server_url(text)) << text;
}

TEST(PercentEncode, IsUndoneByDecoding) {
  EXPECT_EQ(percent_encode("aZ09-._~"), "aZ09-._~");
  EXPECT_EQ(percent_encode("a/b c%?#ü"), "a%2Fb%20c%25%3F%23%C3%BC");
  std::string all;
  for (int i = 0; i < 256; ++i)
    all += static_cast<char>(i);
  EXPECT_EQ(percent_decode(percent_encode(all), false), all);
}

} // namespace
} // namespace arauto::http
