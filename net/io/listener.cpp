#include "net/io/listener.hpp"

#include "net/log.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <memory>
#include <stdexcept>
#include <sys/socket.h>

namespace arauto::io {

namespace {

using tcp = boost::asio::ip::tcp;

/// Others of the thread want their turn, too.
constexpr int accepts_per_turn = 64;
constexpr int backlog = 4096;
/// What made accepting fail (descriptors or memory are short) rarely ends at once.
constexpr std::chrono::milliseconds pause{100};

bool set_option(const descriptor& socket, int level, int name, int value) noexcept {
  return ::setsockopt(socket.get(), level, name, &value, sizeof value) == 0;
}

descriptor make_socket(const tcp::endpoint& where) noexcept {
  return descriptor{::socket(where.protocol().family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP)};
}

/// A socket that listens there; none with errno set.
descriptor listen_on(tcp::endpoint where) noexcept {
  auto socket = make_socket(where);
  if (!socket.is_open() && errno == EAFNOSUPPORT && where.address().is_v6() && where.address().is_unspecified()) {
    where = {tcp::v4(), where.port()}; // A machine without IPv6: all addresses still means all it has.
    socket = make_socket(where);
  }
  const auto takes_both = where.address().is_v6() && where.address().is_unspecified();
  if (!socket.is_open() || !set_option(socket, SOL_SOCKET, SO_REUSEADDR, 1) ||
      (takes_both && !set_option(socket, IPPROTO_IPV6, IPV6_V6ONLY, 0)) ||
      ::bind(socket.get(), where.data(), static_cast<socklen_t>(where.size())) != 0 ||
      ::listen(socket.get(), backlog) != 0)
    return {};
  return socket;
}

bool is_short_of_room(int error) noexcept {
  return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM;
}

} // namespace

listener::listener(const std::string& host, std::uint16_t port, std::vector<target> targets, const tls_context* tls,
                   std::size_t sockets_max)
    : targets_{std::move(targets)}, tls_{tls}, sockets_max_{sockets_max} {
  boost::system::error_code ec;
  const auto address = boost::asio::ip::make_address(host, ec);
  if (!ec && !(socket_ = listen_on({address, port})).is_open())
    ec.assign(errno, boost::system::system_category());
  if (ec)
    throw std::runtime_error("cannot listen on " + host + " port " + std::to_string(port) + ": " + ec.message() +
                             "; free the port, or choose another with SERVER_PORT or --port (and SERVER_HOST)");
}

listener::listener(int socket, std::vector<target> targets, const tls_context* tls, std::size_t sockets_max)
    : targets_{std::move(targets)}, socket_{socket}, tls_{tls}, sockets_max_{sockets_max} {
  if (::fcntl(socket, F_SETFL, ::fcntl(socket, F_GETFL) | O_NONBLOCK) != 0)
    throw std::runtime_error("cannot accept from the socket that was handed over as descriptor " +
                             std::to_string(socket) + ": " + std::strerror(errno) +
                             "; hand over a TCP socket that listens, or none");
}

tcp::endpoint listener::where() const {
  tcp::endpoint x;
  auto size = static_cast<socklen_t>(x.capacity());
  if (::getsockname(socket_.get(), x.data(), &size) != 0)
    throw std::runtime_error(std::string{"cannot tell where the server listens: "} + std::strerror(errno));
  x.resize(size);
  return x;
}

std::size_t listener::open_sockets() const noexcept {
  std::size_t sum = 0;
  for (const auto& x : targets_)
    sum += x.services->counters.open_sockets.get();
  return sum;
}

void listener::start() {
  auto& home = *targets_.front().home;
  if (!home.descriptors().add(socket_.get(), *this))
    log(log_level::error, "listener", std::string{"cannot watch the socket: "} + std::strerror(errno));
}

void listener::accept_some() {
  for (int i = 0; i < accepts_per_turn && socket_.is_open(); ++i) {
    descriptor accepted{::accept4(socket_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC)};
    if (accepted.is_open())
      hand_over(std::move(accepted));
    else if (errno == EAGAIN || errno == EWOULDBLOCK)
      return;
    else if (is_short_of_room(errno))
      return accept_later(errno); // Any other error is that of one client, who is gone.
  }
  if (socket_.is_open())
    targets_.front().home->descriptors().revisit(*this);
}

void listener::accept_later(int why) {
  log(log_level::warn, "listener", std::string{"cannot accept: "} + std::strerror(why) + "; tries again soon");
  targets_.front().home->arm(*this, pause);
}

void listener::hand_over(descriptor socket) {
  auto& to = targets_[next_];
  next_ = (next_ + 1) % targets_.size();
  auto& counters = targets_.front().services->counters;
  if (open_sockets() >= sockets_max_) {
    counters.refused_sockets.add();
    return; // Closed by going out of scope.
  }
  counters.accepted_sockets.add();
  // std::function wants copies; a socket has one owner.
  const auto carried = std::make_shared<descriptor>(std::move(socket));
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
  auto& home = *targets_.front().home;
  home.disarm(*this);
  home.descriptors().forget(*this);
  socket_.close();
}

} // namespace arauto::io
