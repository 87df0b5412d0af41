#include "bench/loadgen/server_counters.hpp"

#include "bench/loadgen/http_response.hpp"
#include "bench/loadgen/socket.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <sys/socket.h>
#include <sys/time.h>

namespace arauto::loadgen {

namespace {

constexpr timeval answer_timeout{10, 0};

/// The whole answer to one GET on a connection of its own.
std::string fetch(const options& opts) {
  const auto fd = connect_blocking(opts);
  setsockopt(fd.get(), SOL_SOCKET, SO_RCVTIMEO, &answer_timeout, sizeof answer_timeout);
  const auto request = "GET " + opts.metrics_path + " HTTP/1.1\r\n" + host_header(opts) + "apikey: " + opts.api_key +
                       "\r\nConnection: close\r\n\r\n";
  if (send(fd.get(), request.data(), request.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(request.size()))
    fail("GET " + opts.metrics_path);
  auto answer = std::string{};
  auto buffer = std::array<char, 65536>{};
  for (;;) {
    if (const auto complete = read_response(answer); complete && complete->has_length)
      return answer;
    const auto count = recv(fd.get(), buffer.data(), buffer.size(), 0);
    if (count < 0)
      fail("GET " + opts.metrics_path);
    if (count == 0)
      return answer;
    answer.append(buffer.data(), static_cast<std::size_t>(count));
  }
}

} // namespace

std::optional<double> sum_samples(std::string_view text, std::string_view name) {
  auto sum = std::optional<double>{};
  while (!text.empty()) {
    const auto line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    if (!line.starts_with(name) || line.size() == name.size())
      continue;
    // Prometheus text format 0.0.4: name, optional {labels}, value, optional time stamp.
    auto rest = line.substr(name.size());
    if (rest.front() == '{')
      rest.remove_prefix(std::min(rest.rfind('}') + 1, rest.size()));
    if (!rest.starts_with(' '))
      continue;
    rest.remove_prefix(std::min(rest.find_first_not_of(' '), rest.size()));
    double value = 0;
    if (std::from_chars(rest.data(), rest.data() + rest.size(), value).ec == std::errc{})
      sum = sum.value_or(0) + value;
  }
  return sum;
}

std::optional<server_counters> read_server_counters(const options& opts) {
  const auto bytes = fetch(opts);
  const auto answer = read_response(bytes);
  if (!answer || !answer->is_success())
    return std::nullopt;
  const auto sendmsg_calls = sum_samples(bytes, "arauto_sendmsg_calls_total");
  const auto deliveries = sum_samples(bytes, "arauto_deliveries_total");
  if (!sendmsg_calls || !deliveries)
    return std::nullopt;
  return server_counters{*sendmsg_calls, *deliveries};
}

} // namespace arauto::loadgen
