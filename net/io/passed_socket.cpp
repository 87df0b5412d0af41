#include "net/io/passed_socket.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/socket.h>
#include <system_error>

namespace arauto::io {

namespace {

/// An option of a socket with a number as its value; -1 when it has none.
int option_of(int descriptor, int name) {
  int value = -1;
  socklen_t size = sizeof value;
  return ::getsockopt(descriptor, SOL_SOCKET, name, &value, &size) == 0 ? value : -1;
}

} // namespace

std::string flaw_of_listening_socket(int descriptor) {
  int type = 0;
  socklen_t size = sizeof type;
  if (::getsockopt(descriptor, SOL_SOCKET, SO_TYPE, &type, &size) != 0)
    return errno == EBADF      ? "it is not open"
           : errno == ENOTSOCK ? "it is no socket"
                               : std::string{"it cannot be looked at: "} + std::strerror(errno);
  const auto family = option_of(descriptor, SO_DOMAIN);
  if ((family != AF_INET && family != AF_INET6) || type != SOCK_STREAM)
    return "it is no TCP socket";
  return option_of(descriptor, SO_ACCEPTCONN) == 1 ? "" : "it does not listen";
}

void close_on_exec(int descriptor) {
  const auto flags = ::fcntl(descriptor, F_GETFD);
  if (flags < 0 || ::fcntl(descriptor, F_SETFD, flags | FD_CLOEXEC) != 0)
    throw std::system_error{errno, std::generic_category(), "fcntl on descriptor " + std::to_string(descriptor)};
}

} // namespace arauto::io
