#include "app/socket_activation.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace arauto::app {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr pid_t self = 4711;

activation read(text_map environment) {
  return read_activation(environment, self);
}

TEST(SocketActivation, IsNothingWithoutTheVariables) {
  const auto x = read({{"PATH", "/bin"}, {"LISTEN_PID", "4711"}});
  EXPECT_THAT(x.sockets, IsEmpty());
  EXPECT_THAT(x.warning, IsEmpty());
  EXPECT_THAT(x.error, IsEmpty());
}

TEST(SocketActivation, CountsDescriptorsFromThree) {
  const auto x = read({{"LISTEN_PID", "4711"}, {"LISTEN_FDS", "2"}});
  ASSERT_EQ(x.sockets.size(), 2u);
  EXPECT_EQ(x.sockets[0].descriptor, 3);
  EXPECT_EQ(x.sockets[1].descriptor, 4);
  EXPECT_EQ(x.sockets[1].name, "");
  EXPECT_THAT(x.error, IsEmpty());
}

TEST(SocketActivation, GivesEachSocketItsName) {
  const auto x = read({{"LISTEN_PID", "4711"}, {"LISTEN_FDS", "3"}, {"LISTEN_FDNAMES", "front::admin"}});
  ASSERT_EQ(x.sockets.size(), 3u);
  EXPECT_EQ(x.sockets[0].name, "front");
  EXPECT_EQ(x.sockets[1].name, "");
  EXPECT_EQ(x.sockets[2].name, "admin");
}

TEST(SocketActivation, LeavesSocketsOfAnotherProcessAlone) {
  const auto x = read({{"LISTEN_PID", "4712"}, {"LISTEN_FDS", "1"}});
  EXPECT_THAT(x.sockets, IsEmpty());
  EXPECT_THAT(x.error, IsEmpty());
  EXPECT_THAT(x.warning, AllOf(HasSubstr("4712"), HasSubstr("4711")));
}

TEST(SocketActivation, RefusesWhatMakesNoSenseAndSaysWhatIsAllowed) {
  const std::pair<text_map, const char*> table[] = {
      {{{"LISTEN_FDS", "1"}}, "LISTEN_PID is not"},
      {{{"LISTEN_FDS", "1"}, {"LISTEN_PID", ""}}, "LISTEN_PID is not"},
      {{{"LISTEN_FDS", "1"}, {"LISTEN_PID", "4711x"}}, "LISTEN_PID=\"4711x\""},
      {{{"LISTEN_FDS", "1"}, {"LISTEN_PID", "-4711"}}, "LISTEN_PID=\"-4711\""},
      {{{"LISTEN_FDS", "0"}, {"LISTEN_PID", "4711"}}, "1 to 16"},
      {{{"LISTEN_FDS", "17"}, {"LISTEN_PID", "4711"}}, "1 to 16"},
      {{{"LISTEN_FDS", "+1"}, {"LISTEN_PID", "4711"}}, "1 to 16"},
      {{{"LISTEN_FDS", "1 "}, {"LISTEN_PID", "4711"}}, "1 to 16"},
      {{{"LISTEN_FDS", "99999999999999999999"}, {"LISTEN_PID", "4711"}}, "1 to 16"},
  };
  for (const auto& [environment, expected] : table) {
    const auto x = read(environment);
    EXPECT_THAT(x.error, HasSubstr(expected));
    EXPECT_THAT(x.sockets, IsEmpty()) << expected;
  }
}

} // namespace
} // namespace arauto::app
