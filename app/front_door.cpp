#include "app/front_door.hpp"

#include "net/log.hpp"

#include <algorithm>
#include <sstream>
#include <sys/resource.h>

namespace arauto::app {

namespace {

/// Descriptors that are not for clients: log, store, loops.
constexpr rlim_t reserved_descriptors = 64;

/// Sockets that fit under the descriptor limit, after raising it as far as allowed.
std::size_t sockets_max(const settings& x) {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  const auto fitting = static_cast<std::size_t>(limit.rlim_cur - std::min(limit.rlim_cur, reserved_descriptors));
  return x.http_max_connections == 0 ? fitting : std::min(fitting, x.http_max_connections);
}

} // namespace

front_door::front_door(const settings& values, const std::vector<passed_socket>& passed,
                       const std::vector<io::listener::target>& targets, const io::tls_context* tls)
    : is_passed_{!passed.empty()} {
  const auto most = sockets_max(values);
  if (!is_passed_)
    listeners_.push_back(std::make_unique<io::listener>(values.server_host, values.server_port, targets, tls, most));
  for (const auto& x : passed) {
    listeners_.push_back(std::make_unique<io::listener>(x.descriptor, targets, tls, most));
    std::ostringstream line;
    line << "accepts on " << listeners_.back()->where() << ", handed over as descriptor " << x.descriptor;
    if (!x.name.empty())
      line << " (" << x.name << ')';
    log(log_level::info, "server", line.str() + "; SERVER_HOST and SERVER_PORT have no effect");
  }
}

void front_door::open() {
  for (const auto& x : listeners_)
    x->start();
}

void front_door::close() {
  for (const auto& x : listeners_)
    x->stop();
}

} // namespace arauto::app
