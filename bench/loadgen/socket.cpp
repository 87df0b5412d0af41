#include "bench/loadgen/socket.hpp"

#include <arpa/inet.h>
#include <cerrno>
#include <netinet/tcp.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>

namespace arauto::loadgen {

namespace {

constexpr std::uint32_t connections_per_address = 10'000;
constexpr std::uint32_t first_source_address = 0x7F000002; // 127.0.0.2

void enable(int fd, int level, int option) {
  const int on = 1;
  setsockopt(fd, level, option, &on, sizeof on);
}

unique_fd open_socket(int flags) {
  auto fd = unique_fd{socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | flags, 0)};
  if (!fd)
    fail("socket");
  enable(fd.get(), IPPROTO_TCP, TCP_NODELAY);
  return fd;
}

bool connect_to(int fd, const sockaddr_in& address) {
  return ::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
}

} // namespace

void unique_fd::reset() noexcept {
  if (fd_ >= 0)
    close(std::exchange(fd_, -1));
}

void fail(const std::string& what) {
  throw std::system_error{errno, std::generic_category(), what};
}

void raise_descriptor_limit(std::uint64_t wanted) {
  auto limit = rlimit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  if (limit.rlim_cur < wanted)
    throw std::runtime_error{"descriptor limit " + std::to_string(limit.rlim_cur) + " is too low"};
}

sockaddr_in server_address(const options& x) {
  auto address = sockaddr_in{};
  address.sin_family = AF_INET;
  address.sin_port = htons(x.port);
  if (inet_pton(AF_INET, x.host.c_str(), &address.sin_addr) != 1)
    throw std::runtime_error{"not an IPv4 address: " + x.host};
  return address;
}

unique_fd start_connecting(const options& x, std::uint32_t index) {
  auto fd = open_socket(SOCK_NONBLOCK);
  if (x.host.starts_with("127.")) {
    enable(fd.get(), IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT);
    auto source = sockaddr_in{};
    source.sin_family = AF_INET;
    source.sin_addr.s_addr = htonl(first_source_address + index / connections_per_address);
    if (bind(fd.get(), reinterpret_cast<const sockaddr*>(&source), sizeof source) != 0)
      fail("bind to a source address");
  }
  if (!connect_to(fd.get(), server_address(x)) && errno != EINPROGRESS)
    fd.reset();
  return fd;
}

unique_fd connect_blocking(const options& x) {
  auto fd = open_socket(0);
  if (!connect_to(fd.get(), server_address(x)))
    fail("connect");
  return fd;
}

std::string host_header(const options& x) {
  return "Host: " + x.host + ":" + std::to_string(x.port) + "\r\n";
}

} // namespace arauto::loadgen
