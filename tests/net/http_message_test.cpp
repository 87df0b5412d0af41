#include "net/http/message.hpp"

#include <gtest/gtest.h>

namespace arauto::http {
namespace {

request asking(std::string target) {
  request x;
  x.target = std::move(target);
  return x;
}

TEST(HttpMessage, OnlyTheCaseOfLettersIsIgnored) {
  const auto lower = [](char x) { return x >= 'A' && x <= 'Z' ? static_cast<char>(x - 'A' + 'a') : x; };
  for (const std::size_t size : {1, 7, 8, 9, 17})
    for (int x = 0; x < 256; ++x)
      for (int y = 0; y < 256; ++y) {
        std::string a(size, 'k');
        std::string b(size, 'K');
        const auto at = static_cast<std::size_t>(x + y) % size;
        a[at] = static_cast<char>(x);
        b[at] = static_cast<char>(y);
        ASSERT_EQ(equals_ignoring_case(a, b), lower(a[at]) == lower(b[at])) << size << ", " << x << ", " << y;
      }
  EXPECT_TRUE(equals_ignoring_case("", ""));
  EXPECT_FALSE(equals_ignoring_case("Content-Type", "Content-Type "));
}

TEST(HttpMessage, FindsFieldsWhateverTheirCase) {
  request x;
  x.fields = {{"Host", "a"}, {"ApiKey", "first"}, {"X-Empty", ""}, {"APIKEY", "last"}};
  EXPECT_EQ(x.field("host"), "a");
  EXPECT_EQ(x.field("apikey"), "last");
  EXPECT_EQ(x.field("api"), "");
  EXPECT_EQ(x.field("ho\x80t"), "");
  EXPECT_TRUE(x.has_field("x-empty"));
  EXPECT_FALSE(x.has_field("x-empt"));
}

TEST(HttpMessage, JoinsTheFieldsOfAList) {
  request x;
  x.fields = {{"Accept-Encoding", "br"}, {"Host", "a"}, {"accept-encoding", "gzip"}};
  EXPECT_EQ(x.joined_field("ACCEPT-ENCODING"), "br, gzip");
  EXPECT_EQ(x.joined_field("host"), "a");
  EXPECT_EQ(x.joined_field("accept"), "");
}

TEST(HttpMessage, FindsAndRemovesFieldsOfAnAnswer) {
  response x;
  x.set("Vary", "a").set("ETag", "t").set("VARY", "b");
  EXPECT_EQ(x.field("vary"), "a");
  EXPECT_EQ(x.field("etag"), "t");
  x.remove("vary");
  EXPECT_EQ(x.field("Vary"), "");
  EXPECT_EQ(x.fields.size(), 1U);
}

TEST(HttpMessage, CutsTheTargetAtTheQuestionMark) {
  EXPECT_EQ(asking("/a/b?c=d?e").path(), "/a/b");
  EXPECT_EQ(asking("/a/b?c=d?e").query(), "c=d?e");
  EXPECT_EQ(asking("/a/b").path(), "/a/b");
  EXPECT_EQ(asking("/a/b").query(), "");
  EXPECT_EQ(asking("/?").query(), "");
  EXPECT_EQ(asking("?x").path(), "");
}

TEST(HttpMessage, SetAddsFieldsInOrder) {
  response x;
  x.set("A", "1").set("B", "2").set("A", "3");
  EXPECT_EQ(x.fields, (field_list{{"A", "1"}, {"B", "2"}, {"A", "3"}}));
}

TEST(HttpMessage, NamesTheStatusesThatTheServerSends) {
  const std::pair<unsigned, std::string_view> table[] = {
      {200, "OK"},
      {201, "Created"},
      {202, "Accepted"},
      {204, "No Content"},
      {301, "Moved Permanently"},
      {304, "Not Modified"},
      {400, "Bad Request"},
      {401, "Unauthorized"},
      {403, "Forbidden"},
      {404, "Not Found"},
      {408, "Request Timeout"},
      {409, "Conflict"},
      {413, "Payload Too Large"},
      {415, "Unsupported Media Type"},
      {417, "Expectation Failed"},
      {422, "Unprocessable Entity"},
      {429, "Too Many Requests"},
      {431, "Request Header Fields Too Large"},
      {500, "Internal Server Error"},
      {501, "Not Implemented"},
      {503, "Service Unavailable"},
      {505, "HTTP Version Not Supported"},
      {299, "Status"},
  };
  for (const auto& [status, phrase] : table)
    EXPECT_EQ(reason_phrase(status), phrase);
}

} // namespace
} // namespace arauto::http
