#include "app/service_notice.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sys/un.h>

namespace arauto::app {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using namespace std::chrono_literals;

constexpr pid_t self = 4711;

TEST(ServiceNotice, NobodyListensWhenNothingIsSaid) {
  const auto out = read_notice_wish({{"WATCHDOG_USEC", "1000"}}, self);
  EXPECT_THAT(out.address, IsEmpty());
  EXPECT_FALSE(out.watchdog);
  EXPECT_THAT(out.warning, IsEmpty());
}

TEST(ServiceNotice, TakesPathsAndNamesOfTheAbstractNamespace) {
  for (const auto* address : {"/run/systemd/notify", "@/org/freedesktop/systemd1/notify"}) {
    const auto out = read_notice_wish({{"NOTIFY_SOCKET", address}}, self);
    EXPECT_EQ(out.address, address);
    EXPECT_FALSE(out.watchdog);
    EXPECT_THAT(out.warning, IsEmpty());
  }
}

TEST(ServiceNotice, RefusesWhatIsNoAddress) {
  const std::string too_long = "/" + std::string(sizeof(sockaddr_un::sun_path) - 1, 'x');
  for (const auto& address : {std::string{"run/notify"}, std::string{"@"}, std::string{"vsock:2:1"}, too_long}) {
    const auto out = read_notice_wish({{"NOTIFY_SOCKET", address}}, self);
    EXPECT_THAT(out.address, IsEmpty()) << address;
    EXPECT_THAT(out.warning, HasSubstr("is no address of a Unix socket")) << address;
  }
}

TEST(ServiceNotice, WatchdogIsForTheProcessThatItNames) {
  const auto asked = [](text_map more) {
    more["NOTIFY_SOCKET"] = "/run/notify";
    return read_notice_wish(more, self);
  };
  EXPECT_EQ(asked({{"WATCHDOG_USEC", "30000000"}}).watchdog, 30s);
  EXPECT_EQ(asked({{"WATCHDOG_USEC", "30000000"}, {"WATCHDOG_PID", "4711"}}).watchdog, 30s);
  EXPECT_FALSE(asked({{"WATCHDOG_USEC", "30000000"}, {"WATCHDOG_PID", "4712"}}).watchdog);
  for (const auto* text : {"0", "-1", "many", "1s", "99999999999999999999"}) {
    const auto out = asked({{"WATCHDOG_USEC", text}});
    EXPECT_FALSE(out.watchdog) << text;
    EXPECT_THAT(out.warning, HasSubstr("is no number of microseconds")) << text;
  }
}

} // namespace
} // namespace arauto::app
