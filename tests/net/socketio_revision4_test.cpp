#include "net/socketio/revision4.hpp"

#include <gtest/gtest.h>

namespace arauto::socketio::revision4 {
namespace {

TEST(SocketioRevision4, TakesTheQueryOffANamespace) {
  const auto with = split_namespace("/custom?token=abc&x=1");
  EXPECT_EQ(with.nsp, "/custom");
  EXPECT_EQ(with.query, "token=abc&x=1");
  EXPECT_EQ(split_namespace("/custom").nsp, "/custom");
  EXPECT_EQ(split_namespace("/custom").query, "");
  EXPECT_EQ(split_namespace("/?a=1").nsp, "/");
  EXPECT_EQ(split_namespace("?a=1").nsp, "/");
  EXPECT_EQ(split_namespace("/a?b?c").query, "b?c");
}

TEST(SocketioRevision4, MakesTheQueryAnAuthObjectOfStrings) {
  EXPECT_EQ(auth_of_query("token=abc&x=1"), R"({"token":"abc","x":"1"})");
  EXPECT_EQ(auth_of_query("a=1&b=2&a=3"), R"({"a":"3","b":"2"})");
  EXPECT_EQ(auth_of_query("q=%22%5C%0A&k%22=%C3%A9"), "{\"q\":\"\\\"\\\\\\n\",\"k\\\"\":\"\xC3\xA9\"}");
  EXPECT_EQ(auth_of_query(""), "");
}

TEST(SocketioRevision4, AnswersConnectWithoutPayload) {
  EXPECT_EQ(encode_connect("/")->packet(), "40");
  EXPECT_EQ(encode_connect("/custom")->packet(), "40/custom,");
}

TEST(SocketioRevision4, SaysErrorsAsDataElseAsAString) {
  EXPECT_EQ(encode_connect_error("/auth", "not authorized", R"({"code":1})")->packet(), R"(44/auth,{"code":1})");
  EXPECT_EQ(encode_connect_error("/plainerr", "nope", "")->packet(), R"(44/plainerr,"nope")");
  EXPECT_EQ(encode_connect_error("/x", "Invalid namespace", "")->packet(), R"(44/x,{"message":"Invalid namespace"})");
}

TEST(SocketioRevision4, MakesTheIdOfASessionFromThatOfTheConnection) {
  EXPECT_EQ(session_id("/", "abc"), "abc");
  EXPECT_EQ(session_id("/custom", "abc"), "/custom#abc");
}

} // namespace
} // namespace arauto::socketio::revision4
