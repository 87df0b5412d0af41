#pragma once

#include "net/io/descriptor.hpp"
#include "tests/fuzz/target.hpp"

#include <cerrno>
#include <sys/socket.h>

namespace arauto::fuzz {

/// Two sockets that are connected within this process: a server's, and the client's that is held here.
class socket_pair {
public:
  socket_pair() {
    int both[2] = {-1, -1};
    require(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, both) == 0,
            "there is a pair of sockets");
    client_ = io::descriptor{both[0]};
    server_ = io::descriptor{both[1]};
  }

  /// Once.
  io::descriptor take_server() { return std::move(server_); }

  /// What does not fit is lost, as is everything once the server has ended.
  void write(std::string_view bytes) {
    [[maybe_unused]] const auto sent = ::send(client_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
  }

  /// Appends what the server has sent. False: it has ended.
  bool read(std::string& to) {
    char some[4096];
    for (;;) {
      const auto got = ::recv(client_.get(), some, sizeof some, 0);
      if (got <= 0)
        return got < 0 && errno == EAGAIN;
      to.append(some, static_cast<std::size_t>(got));
    }
  }

  /// The client sends no more.
  void end() noexcept { ::shutdown(client_.get(), SHUT_WR); }

private:
  io::descriptor client_;
  io::descriptor server_;
};

} // namespace arauto::fuzz
