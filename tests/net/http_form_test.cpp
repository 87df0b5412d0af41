#include "net/http/form.hpp"

#include <gtest/gtest.h>

namespace arauto::http {
namespace {

/// The form as one JSON object, or what is wrong with it.
std::string read(std::string_view body) {
  const auto x = parse_form(body);
  switch (x.fault) {
  case form_fault::too_many_fields:
    return "too many fields";
  case form_fault::too_deep:
    return "too deep";
  case form_fault::name_too_long:
    return "name too long";
  case form_fault::none:
    break;
  }
  std::string all;
  for (const auto& [name, value] : x.members)
    all.append(all.empty() ? "" : " ").append(name).append("=").append(value);
  return all;
}

std::string repeated(const std::string& text, std::size_t times) {
  std::string all;
  for (std::size_t i = 0; i < times; ++i)
    all += text;
  return all;
}

TEST(HttpForm, ReadsFlatFields) {
  EXPECT_EQ(read(""), "");
  EXPECT_EQ(read("instanceName=form1&integration=EVOLUTION"), R"(instanceName="form1" integration="EVOLUTION")");
  EXPECT_EQ(read("b=x+y%22&a=&c"), R"(b="x y\"" a="" c="")");
  EXPECT_EQ(read("=x&&=&"), "");
  EXPECT_EQ(read("a=b=c"), R"(a="b=c")");
  EXPECT_EQ(read("a=%FF"), "a=\"\uFFFD\"");
}

// Every expectation is what qs 6.13 with the options of body-parser 1.20 makes of it.
TEST(HttpForm, ReadsNamesInBracketsAsExpressDoes) {
  const std::pair<const char*, const char*> table[] = {
      {"a[b]=c", R"(a={"b":"c"})"},
      {"a%5Bb%5D=c", R"(a={"b":"c"})"},
      {"websocket[enabled]=true&websocket[events][]=CALL&websocket[events][]=MESSAGES_UPSERT",
       R"(websocket={"enabled":"true","events":["CALL","MESSAGES_UPSERT"]})"},
      {"a[b][c]=1&a[b][d]=2&a[e]=3", R"(a={"b":{"c":"1","d":"2"},"e":"3"})"},
      {"a[]=1", R"(a=["1"])"},
      {"a=1&a=2&a=3", R"(a=["1","2","3"])"},
      {"a[1]=y&a[0]=x", R"(a=["x","y"])"},
      {"a[7]=x&a[100]=y", R"(a=["x","y"])"},
      {"a[101]=x", R"(a={"101":"x"})"},
      {"a[01]=x&a[-1]=y", R"(a={"01":"x","-1":"y"})"},
      {"a[99999999999999999999]=x", R"(a={"99999999999999999999":"x"})"},
      {"a[][b]=1&a[][c]=2", R"(a=[{"b":"1","c":"2"}])"},
      {"a[][]=1&a[][0]=2", R"(a=["1","2"])"},
      {"a[0][b]=1&a[1][b]=2", R"(a=[{"b":"1"},{"b":"2"}])"},
      {"a[0]=x&a[0]=y", R"(a=[["x","y"]])"},
      {"[a]=1&[b][c]=2", R"(a="1" b={"c":"2"})"},
      {"[]=1&[5]=2", R"(0="1" 5="2")"},
      // Of several minds.
      {"a=1&a[b]=2", R"(a=["1",{"b":"2"}])"},
      {"a=1&a[]=2&a[]=3", R"(a=["1","2","3"])"},
      {"a=1&a[5]=x&a[c]=2", R"(a={"0":"1","6":"x","c":"2"})"},
      {"a=1&a[1][0]=x&a[1][c]=2", R"(a=["1",{"c":"2"},["x"]])"},
      {"a[b]=2&a=1", R"(a={"b":"2","1":true})"},
      {"a[b]=2&a=b", R"(a={"b":true})"},
      {"a[b]=2&a=1&a[1]=x", R"(a={"b":"2","1":[true,"x"]})"},
      {"a[b]=2&a[]=1", R"(a={"b":"2","0":"1"})"},
      {"a[]=1&a[b]=2", R"(a={"0":"1","b":"2"})"},
      {"a[0]=1&a[]=2", R"(a=["1","2"])"},
      {"a[0]=1&a=", R"(a=["1"])"},
      // Brackets that do not pair.
      {"a[b=1", R"(a[b="1")"},
      {"a]=1", R"(a]="1")"},
      {"a[[b]=1", R"(a[={"b":"1"})"},
      {"a[b]c[d]e=1", R"(a={"b":{"d":"1"}})"},
      {"a[b]]=1&a[c][=2", R"(a={"b":"1","c":"2"})"},
  };
  for (const auto& [body, expected] : table)
    EXPECT_EQ(read(body), expected) << body;
}

TEST(HttpForm, HasAMostOfFields) {
  EXPECT_EQ(parse_form(repeated("a=1&", 999)).members.size(), 1U);
  EXPECT_EQ(read(repeated("a=1&", 1000)), "too many fields");
  EXPECT_EQ(read(repeated("&", 1000000)), "too many fields");
  std::string list;
  for (int i = 0; i < 999; ++i)
    list += "a[" + std::to_string(i) + "]=x&";
  EXPECT_TRUE(read(list).starts_with(R"(a=["x","x",)")) << "a longer form may have greater indices";
}

TEST(HttpForm, HasADepth) {
  EXPECT_EQ(read("a" + repeated("[b]", 32) + "=1"), "a=" + repeated(R"({"b":)", 32) + R"("1")" + std::string(32, '}'));
  EXPECT_EQ(read("a" + repeated("[b]", 33) + "=1"), "too deep");
  EXPECT_EQ(read("a" + repeated("[b]", 100000) + "=1"), "name too long");
  // Texts that meet containers add a level, and so do equal names at the end.
  EXPECT_EQ(read("a=t&a" + repeated("[b]", 32) + "=1&a" + repeated("[b]", 32) + "=2"),
            R"(a=["t",)" + repeated(R"({"b":)", 32) + R"(["1","2"])" + std::string(32, '}') + "]");
}

TEST(HttpForm, HasAMostOfBytesInAName) {
  EXPECT_NE(read(std::string(4096, 'a') + "=1"), "name too long");
  EXPECT_EQ(read(std::string(4097, 'a') + "=1"), "name too long");
  EXPECT_EQ(read(std::string(4097, '[') + "=1"), "name too long");
  EXPECT_EQ(read("a=" + std::string(1000000, '[')), "a=\"" + std::string(1000000, '[') + "\"");
}

} // namespace
} // namespace arauto::http
