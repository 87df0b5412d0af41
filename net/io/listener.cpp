#include "net/io/listener.hpp"

#include "net/log.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/ip/v6_only.hpp>

#include <cerrno>
#include <stdexcept>
#include <sys/socket.h>

namespace arauto::io {

namespace asio = boost::asio;
using tcp = asio::ip::tcp;

listener::listener(std::vector<target> targets, const tls_context* tls, std::size_t sockets_max)
    : targets_{std::move(targets)},
      acceptor_{targets_.front().home->context()},
      pause_{targets_.front().home->context()},
      tls_{tls},
      sockets_max_{sockets_max} {}

listener::listener(const std::string& host, std::uint16_t port, std::vector<target> targets, const tls_context* tls,
                   std::size_t sockets_max)
    : listener{std::move(targets), tls, sockets_max} {
  try {
    tcp::endpoint where{asio::ip::make_address(host), port};
    boost::system::error_code ec;
    acceptor_.open(where.protocol(), ec);
    if (ec == asio::error::address_family_not_supported && host == "::") {
      where = {tcp::v4(), port}; // A machine without IPv6: all addresses still means all it has.
      acceptor_.open(where.protocol(), ec);
    }
    if (ec)
      throw boost::system::system_error{ec};
    acceptor_.set_option(tcp::acceptor::reuse_address{true});
    if (where.address().is_v6() && where.address().is_unspecified())
      acceptor_.set_option(asio::ip::v6_only{false});
    acceptor_.bind(where);
    acceptor_.listen(4096);
  } catch (const boost::system::system_error& x) {
    throw std::runtime_error("cannot listen on " + host + " port " + std::to_string(port) + ": " + x.code().message() +
                             "; free the port, or choose another with SERVER_PORT or --port (and SERVER_HOST)");
  }
}

listener::listener(int descriptor, std::vector<target> targets, const tls_context* tls, std::size_t sockets_max)
    : listener{std::move(targets), tls, sockets_max} {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  boost::system::error_code ec;
  if (::getsockname(descriptor, reinterpret_cast<sockaddr*>(&address), &size) != 0)
    ec.assign(errno, boost::system::system_category());
  else
    acceptor_.assign(address.ss_family == AF_INET6 ? tcp::v6() : tcp::v4(), descriptor, ec);
  if (ec)
    throw std::runtime_error("cannot accept from the socket that was handed over as descriptor " +
                             std::to_string(descriptor) + ": " + ec.message() +
                             "; hand over a TCP socket that listens, or none");
}

std::size_t listener::open_sockets() const noexcept {
  std::size_t sum = 0;
  for (const auto& x : targets_)
    sum += x.services->counters.open_sockets.get();
  return sum;
}

void listener::accept() {
  auto& to = targets_[next_];
  next_ = (next_ + 1) % targets_.size();
  acceptor_.async_accept(to.home->context(), [this, &to](const boost::system::error_code& ec, tcp_socket socket) {
    if (ec == asio::error::operation_aborted || !acceptor_.is_open())
      return;
    if (ec)
      return accept_later(ec);
    hand_over(to, std::move(socket));
    accept();
  });
}

/// What made accepting fail (descriptors or memory are short) rarely ends at once.
void listener::accept_later(const boost::system::error_code& why) {
  log(log_level::warn, "listener", "cannot accept: " + why.message() + "; tries again soon");
  pause_.expires_after(std::chrono::milliseconds{100});
  pause_.async_wait([this](const boost::system::error_code& ec) {
    if (!ec)
      accept();
  });
}

void listener::hand_over(target& to, tcp_socket socket) {
  auto& counters = targets_.front().services->counters;
  if (open_sockets() >= sockets_max_) {
    counters.refused_sockets.add();
    return; // Closed by going out of scope.
  }
  counters.accepted_sockets.add();
  // std::function wants copies; a socket has one owner.
  auto carried = std::make_shared<tcp_socket>(std::move(socket));
  const auto begin = [this, &to, carried] {
    auto stream = std::make_shared<frame_stream>(std::move(*carried), *to.home, to.services->counters,
                                                 tls_ == nullptr ? nullptr : std::make_unique<tls_stream>(*tls_));
    auto peer = std::make_shared<http_peer>(std::move(stream), *to.services);
    to.services->peers.add(peer);
    peer->start();
  };
  if (to.home->is_current())
    begin();
  else
    to.home->post(begin);
}

void listener::stop() {
  boost::system::error_code ignored; // It is closed either way.
  acceptor_.close(ignored);
  pause_.cancel();
}

} // namespace arauto::io
