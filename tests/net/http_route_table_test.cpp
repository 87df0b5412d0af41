#include "net/http/route_table.hpp"

#include <gtest/gtest.h>

#include <set>

namespace arauto::http {
namespace {

class HttpRouteTable : public testing::Test {
protected:
  void add(const std::string& method, const std::string& pattern) {
    table_.add(
        method, pattern,
        [this, name = method + ' ' + pattern](const request&, const path_parameters&, reply_slot) { called_ = name; });
  }

  /// The route that takes the request, with its parameters; "none" when there is none.
  std::string find(std::string_view method, std::string_view path) {
    const auto found = table_.find(method, path);
    if (found.handler == nullptr)
      return "none";
    auto given = found.parameters;
    (*found.handler)({}, std::move(given), {});
    auto out = called_;
    for (const auto& x : found.parameters)
      out += " <" + x + ">";
    return out;
  }

  route_table table_;
  std::string called_;
};

TEST_F(HttpRouteTable, MatchesMethodAndSegments) {
  add("GET", "/");
  add("GET", "/instance/fetchInstances");
  add("POST", "/websocket/set/:instance");
  EXPECT_EQ(find("GET", "/"), "GET /");
  EXPECT_EQ(find("GET", "/instance/fetchInstances"), "GET /instance/fetchInstances");
  EXPECT_EQ(find("POST", "/websocket/set/a"), "POST /websocket/set/:instance <a>");
  for (const auto* path : {"/websocket/set", "/websocket/set/a/b", "/websocket", "/websocket/find/a", "//", "/x"})
    EXPECT_EQ(find("POST", path), "none") << path;
  EXPECT_EQ(find("GET", "/websocket/set/a"), "none");
  EXPECT_EQ(find("get", "/"), "none");
}

TEST_F(HttpRouteTable, WhatDoesNotStartWithASlashMatchesNothing) {
  add("GET", "/");
  add("OPTIONS", "/");
  add("GET", "/a");
  EXPECT_EQ(find("OPTIONS", "*"), "none");
  EXPECT_EQ(find("GET", ""), "none");
  EXPECT_EQ(find("GET", "xa"), "none");
}

TEST_F(HttpRouteTable, IgnoresATrailingSlash) {
  add("GET", "/a/:b/");
  EXPECT_EQ(find("GET", "/a/x"), "GET /a/:b/ <x>");
  EXPECT_EQ(find("GET", "/a/x/"), "GET /a/:b/ <x>");
  EXPECT_EQ(find("GET", "/a//"), "none") << "a parameter is never empty";
}

TEST_F(HttpRouteTable, DecodesParametersAfterCuttingThePath) {
  add("GET", "/a/:b/c/:d");
  EXPECT_EQ(find("GET", "/a/x%2Fy%20z/c/1+1"), "GET /a/:b/c/:d <x/y z> <1+1>");
  EXPECT_EQ(find("GET", "/%61/x/c/y"), "none") << "literal segments are compared as they stand";
}

TEST_F(HttpRouteTable, LiteralSegmentsBeatParametersWhateverTheOrder) {
  add("GET", "/a/:b");
  add("GET", "/a/b");
  add("GET", "/:x/:y");
  EXPECT_EQ(find("GET", "/a/b"), "GET /a/b");
  EXPECT_EQ(find("GET", "/a/c"), "GET /a/:b <c>");
  EXPECT_EQ(find("GET", "/d/c"), "GET /:x/:y <d> <c>");
}

TEST_F(HttpRouteTable, TellsWhatWasDeclared) {
  add("GET", "/");
  add("PUT", "/a/:b/c");
  std::set<std::string> declared;
  for (const auto& x : table_.declarations())
    declared.insert(x.method + " " + x.pattern);
  EXPECT_EQ(declared, (std::set<std::string>{"GET /", "PUT /a/:b/c"}));
}

TEST_F(HttpRouteTable, HeadFallsBackToGet) {
  add("GET", "/a");
  add("GET", "/b");
  add("HEAD", "/b");
  add("POST", "/c");
  EXPECT_EQ(find("HEAD", "/a"), "GET /a");
  EXPECT_EQ(find("HEAD", "/b"), "HEAD /b");
  EXPECT_EQ(find("HEAD", "/c"), "none");
}

} // namespace
} // namespace arauto::http
