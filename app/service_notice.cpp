#include "app/service_notice.hpp"

#include "net/log.hpp"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

namespace arauto::app {

namespace {

/// A listener that takes no more must not hold up the server.
constexpr timeval patience{1, 0};

std::string_view text_of(const text_map& from, std::string_view name) {
  const auto at = from.find(name);
  return at == from.end() ? std::string_view{} : at->second;
}

std::optional<std::int64_t> number_in(std::string_view text) {
  std::int64_t value = 0;
  const auto* end = text.data() + text.size();
  const auto [stop, ec] = std::from_chars(text.data(), end, value);
  return ec == std::errc{} && stop == end && value > 0 ? std::optional{value} : std::nullopt;
}

/// One without a value is for whoever reads it.
bool is_for(std::string_view pid, pid_t self) {
  return pid.empty() || number_in(pid) == self;
}

/// The address and its size; a name in the abstract namespace begins with a zero byte and has none at its end.
socklen_t fill(sockaddr_un& to, const std::string& address) {
  to.sun_family = AF_UNIX;
  std::copy(address.begin(), address.end(), to.sun_path);
  const auto is_abstract = address.front() == '@';
  if (is_abstract)
    to.sun_path[0] = '\0';
  return static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + address.size() + (is_abstract ? 0 : 1));
}

} // namespace

notice_wish read_notice_wish(const text_map& environment, pid_t self) {
  notice_wish out;
  const auto address = text_of(environment, "NOTIFY_SOCKET");
  if (address.empty())
    return out;
  const auto is_path = address.front() == '/' || address.front() == '@';
  if (!is_path || address.size() < 2 || address.size() >= sizeof(sockaddr_un::sun_path)) {
    out.warning =
        "NOTIFY_SOCKET=\"" + std::string{address} +
        "\" is no address of a Unix socket (a path from /, or @ and a name), so nobody is told how the server "
        "is; with Type=notify systemd will end it";
    return out;
  }
  out.address = address;
  const auto interval = text_of(environment, "WATCHDOG_USEC");
  if (interval.empty() || !is_for(text_of(environment, "WATCHDOG_PID"), self))
    return out;
  if (const auto us = number_in(interval))
    out.watchdog = std::chrono::microseconds{*us};
  else
    out.warning =
        "WATCHDOG_USEC=\"" + std::string{interval} + "\" is no number of microseconds, so no sign of life is sent";
  return out;
}

notice_wish take_notice_wish() {
  auto out = read_notice_wish(process_environment(), ::getpid());
  for (const auto* name : {"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"})
    ::unsetenv(name);
  return out;
}

service_notice::service_notice(const notice_wish& wish) : address_{wish.address} {
  if (address_.empty())
    return;
  socket_ = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (socket_ < 0)
    log(log_level::warn, "notify", std::string{"cannot make a socket: "} + std::strerror(errno));
  else
    ::setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
}

service_notice::~service_notice() {
  if (socket_ >= 0)
    ::close(socket_);
}

void service_notice::send(const std::string& lines) const {
  if (socket_ < 0)
    return;
  sockaddr_un to{};
  const auto size = fill(to, address_);
  if (::sendto(socket_, lines.data(), lines.size(), MSG_NOSIGNAL, reinterpret_cast<const sockaddr*>(&to), size) < 0)
    log(log_level::warn, "notify",
        "cannot tell " + address_ + " \"" + lines.substr(0, lines.find('\n')) + "\": " + std::strerror(errno));
}

void service_notice::ready(std::string_view status) const {
  send(std::string{"READY=1\nSTATUS="}.append(status));
}

void service_notice::stopping(std::chrono::microseconds at_most) const {
  send("STOPPING=1\nEXTEND_TIMEOUT_USEC=" + std::to_string(at_most.count()) + "\nSTATUS=Releasing clients");
}

void service_notice::alive() const {
  send("WATCHDOG=1");
}

} // namespace arauto::app
