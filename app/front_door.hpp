#pragma once

#include "app/settings.hpp"
#include "app/socket_activation.hpp"
#include "net/io/listener.hpp"

#include <memory>
#include <vector>

namespace arauto::app {

/// Where clients come in: one socket of the server's own (`SERVER_HOST`, `SERVER_PORT`), or those that were handed
/// over. Built and destroyed by the server's thread while no loop uses it.
class front_door {
public:
  /// Raises the descriptor limit as far as allowed. Throws std::runtime_error with what happened, what was expected and
  /// what to do.
  front_door(const settings& values, const std::vector<passed_socket>& passed,
             const std::vector<io::listener::target>& targets, const io::tls_context* tls);

  /// First I/O thread only.
  void open();
  /// First I/O thread only. Connects to sockets that were handed over wait in their backlogs from now on.
  void close();

  /// The first of its sockets.
  boost::asio::ip::tcp::endpoint where() const { return listeners_.front()->where(); }
  /// Somebody else holds the sockets too, and will hand them to the next process.
  bool is_passed() const noexcept { return is_passed_; }

private:
  bool is_passed_;
  std::vector<std::unique_ptr<io::listener>> listeners_;
};

} // namespace arauto::app
