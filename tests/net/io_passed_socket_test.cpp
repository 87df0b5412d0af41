#include "net/io/passed_socket.hpp"

#include <gtest/gtest.h>

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <system_error>
#include <unistd.h>

namespace arauto::io {
namespace {

/// A descriptor that is closed at the end.
struct descriptor {
  explicit descriptor(int x) : number{x} { EXPECT_GE(x, 0); }
  descriptor(const descriptor&) = delete;
  descriptor& operator=(const descriptor&) = delete;
  ~descriptor() { ::close(number); }
  const int number;
};

std::string flaw(const descriptor& x) {
  return flaw_of_listening_socket(x.number);
}

TEST(PassedSocket, IsSoundWhenItListensForTcp) {
  for (const auto family : {AF_INET, AF_INET6}) {
    const descriptor x{::socket(family, SOCK_STREAM, 0)};
    EXPECT_EQ(flaw(x), "it does not listen");
    ASSERT_EQ(::listen(x.number, 1), 0);
    EXPECT_EQ(flaw(x), "");
  }
}

TEST(PassedSocket, IsFlawedWhenItIsAnythingElse) {
  const descriptor file{::open("/dev/null", O_RDONLY)};
  EXPECT_EQ(flaw(file), "it is no socket");
  const descriptor datagrams{::socket(AF_INET, SOCK_DGRAM, 0)};
  EXPECT_EQ(flaw(datagrams), "it is no TCP socket");
  EXPECT_EQ(flaw_of_listening_socket(-1), "it is not open");
}

TEST(PassedSocket, IsFlawedWhenItListensOnAPath) {
  const descriptor x{::socket(AF_UNIX, SOCK_STREAM, 0)};
  sockaddr_un where{};
  where.sun_family = AF_UNIX;
  // Only the family: the kernel picks a name that is no file (unix(7), autobind).
  ASSERT_EQ(::bind(x.number, reinterpret_cast<const sockaddr*>(&where), sizeof where.sun_family), 0);
  ASSERT_EQ(::listen(x.number, 1), 0);
  EXPECT_EQ(flaw(x), "it is no TCP socket");
}

TEST(PassedSocket, IsKeptFromProgramsThatAreStarted) {
  const descriptor x{::open("/dev/null", O_RDONLY)};
  ASSERT_EQ(::fcntl(x.number, F_GETFD) & FD_CLOEXEC, 0);
  close_on_exec(x.number);
  EXPECT_NE(::fcntl(x.number, F_GETFD) & FD_CLOEXEC, 0);
  EXPECT_THROW(close_on_exec(-1), std::system_error);
}

} // namespace
} // namespace arauto::io
