#pragma once

#include "app/env_file.hpp"

#include <string>
#include <sys/types.h>
#include <vector>

/// Listening sockets that whoever starts the server opens, keeps and hands over, by the protocol of systemd's socket
/// activation (sd_listen_fds(3)): descriptors from 3 on, announced in LISTEN_PID, LISTEN_FDS and LISTEN_FDNAMES.
namespace arauto::app {

/// A listening socket that is open in this process, and in another one that will hand it to the next.
struct passed_socket {
  int descriptor = -1;
  /// Of LISTEN_FDNAMES, for messages; empty when there is none.
  std::string name;
};

/// What the variables say.
struct activation {
  std::vector<passed_socket> sockets;
  /// A sentence for the log; empty when there is nothing to say.
  std::string warning;
  /// A sentence; not empty: the start has to stop.
  std::string error;
};

/// So many sockets can be handed over.
inline constexpr std::size_t passed_sockets_max = 16;

/// What the variables tell the process `self`. Variables for another process are none of ours. Pure.
activation read_activation(const text_map& environment, pid_t self);

/// Reads the variables, removes them from the environment, so that no child takes them for its own, and looks at each
/// socket. Throws std::runtime_error with what happened, what was expected and what to do. Before this process opens
/// files or starts threads.
activation take_passed_sockets();

} // namespace arauto::app
