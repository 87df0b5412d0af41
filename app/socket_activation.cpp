#include "app/socket_activation.hpp"

#include "net/io/passed_socket.hpp"

#include <charconv>
#include <cstdlib>
#include <optional>
#include <stdexcept>
#include <string_view>
#include <unistd.h>

namespace arauto::app {

namespace {

/// SD_LISTEN_FDS_START
constexpr int first_descriptor = 3;

/// Decimal digits only.
std::optional<long> number_in(std::string_view text) {
  long value = 0;
  const auto* end = text.data() + text.size();
  const auto result = std::from_chars(text.data(), end, value);
  const auto is_number = result.ec == std::errc{} && result.ptr == end && value >= 0;
  return is_number ? std::optional{value} : std::nullopt;
}

std::string_view text_of(const text_map& from, std::string_view name) {
  const auto at = from.find(name);
  return at == from.end() ? std::string_view{} : at->second;
}

activation refusal(std::string why) {
  activation out;
  out.error = std::move(why);
  return out;
}

std::string quoted(std::string_view name, std::string_view text) {
  return std::string{name}.append("=\"").append(text).append("\"");
}

} // namespace

activation read_activation(const text_map& environment, pid_t self) {
  const auto sockets = text_of(environment, "LISTEN_FDS");
  if (sockets.empty())
    return {};
  const auto pid_text = text_of(environment, "LISTEN_PID");
  if (pid_text.empty())
    return refusal(
        "LISTEN_FDS is set, but LISTEN_PID is not, so nobody knows whom the sockets are for; set both (`sh -c "
        "'LISTEN_PID=$$ exec arauto'`), or neither");
  const auto pid = number_in(pid_text);
  if (!pid)
    return refusal(quoted("LISTEN_PID", pid_text) + " is no process id; set it to that of the server");
  if (*pid != self) {
    activation out;
    out.warning = "LISTEN_PID names process " + std::to_string(*pid) + ", and this is " + std::to_string(self) +
                  ": its sockets are left alone";
    return out;
  }
  const auto count = number_in(sockets);
  if (!count || *count < 1 || *count > static_cast<long>(passed_sockets_max))
    return refusal(quoted("LISTEN_FDS", sockets) +
                   " is not allowed; it is the number of sockets from descriptor 3 on, 1 to " +
                   std::to_string(passed_sockets_max));
  activation out;
  auto names = text_of(environment, "LISTEN_FDNAMES");
  for (int i = 0; i < static_cast<int>(*count); ++i) {
    const auto name = names.substr(0, names.find(':'));
    out.sockets.push_back({first_descriptor + i, std::string{name}});
    names.remove_prefix(std::min(name.size() + 1, names.size()));
  }
  return out;
}

activation take_passed_sockets() {
  auto out = read_activation(process_environment(), ::getpid());
  for (const auto* name : {"LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"})
    ::unsetenv(name);
  if (!out.error.empty())
    throw std::runtime_error(out.error);
  for (const auto& x : out.sockets) {
    if (const auto flaw = io::flaw_of_listening_socket(x.descriptor); !flaw.empty())
      throw std::runtime_error("LISTEN_FDS=" + std::to_string(out.sockets.size()) + " announces descriptor " +
                               std::to_string(x.descriptor) + (x.name.empty() ? "" : " (" + x.name + ")") + ", but " +
                               flaw +
                               "; hand over TCP sockets that listen (ListenStream= of a systemd socket), or none");
    io::close_on_exec(x.descriptor);
  }
  return out;
}

} // namespace arauto::app
