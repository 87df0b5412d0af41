#include "bench/peers/limit/server.hpp"

#include "bench/peers/limit/wire.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace arauto::limit {

namespace {

constexpr int accepts_per_round = 256;
constexpr std::string_view emit_path = "/event/emit/";
constexpr std::int64_t never_ms = 3600000;
/// Pings that are due within so long go together.
constexpr std::int64_t ping_step_ms = 10;
constexpr std::string_view open_packet_begin = R"(0{"sid":"lv_VI97HAXpY6yYWAAAC","upgrades":[],"pingInterval":)";
constexpr std::string_view open_packet_end = R"(,"pingTimeout":3600000,"maxPayload":1000000})";
constexpr std::string_view session_answer = R"({"sid":"wZX3oN0bSVIhsaknAAAI"})";
constexpr std::string_view ok_reply = "HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n{\"ok\":true}";
constexpr std::string_view not_found_reply = "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n";

[[noreturn]] void fail(const char* what) {
  throw std::system_error{errno, std::generic_category(), what};
}

std::int64_t now_ms() {
  using namespace std::chrono;
  return duration_cast<milliseconds>(steady_clock::now().time_since_epoch()).count();
}

void enable(int fd, int level, int option) {
  const int on = 1;
  setsockopt(fd, level, option, &on, sizeof on);
}

} // namespace

server::server(const settings& x) : settings_{x}, tls_{x.tls_key, x.tls_certificate} {
  listener_ = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  enable(listener_, SOL_SOCKET, SO_REUSEADDR);
  const auto& congestion = settings_.congestion; // Accepted sockets inherit it.
  if (!congestion.empty() && setsockopt(listener_, IPPROTO_TCP, TCP_CONGESTION, congestion.data(),
                                        static_cast<socklen_t>(congestion.size())) != 0)
    fail("congestion control");
  auto address = sockaddr_in{};
  address.sin_family = AF_INET;
  address.sin_port = htons(settings_.port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  auto* const raw_address = reinterpret_cast<sockaddr*>(&address);
  if (bind(listener_, raw_address, sizeof address) != 0 || listen(listener_, 4096) != 0)
    fail("listen");
  socklen_t size = sizeof address;
  getsockname(listener_, raw_address, &size);
  port_ = ntohs(address.sin_port);
  accept_key({}); // The cryptographic library takes memory at its first use: not at that of the first connection.
  epoll_ = epoll_create1(EPOLL_CLOEXEC);
  auto event = epoll_event{};
  event.events = EPOLLIN;
  event.data.ptr = nullptr;
  if (epoll_ctl(epoll_, EPOLL_CTL_ADD, listener_, &event) != 0)
    fail("epoll");
}

server::~server() {
  connections_.clear();
  ::close(epoll_);
  ::close(listener_);
}

void server::run() {
  auto ready = std::array<epoll_event, 1024>{};
  for (;;) {
    const auto count = epoll_wait(epoll_, ready.data(), static_cast<int>(ready.size()), ping());
    for (int i = 0; i < count; ++i) {
      const auto& event = ready[static_cast<std::size_t>(i)];
      if (event.data.ptr == nullptr) {
        accept_all();
        continue;
      }
      // Closing one is safe: epoll names a descriptor once in a round.
      auto& x = *static_cast<connection*>(event.data.ptr);
      if ((event.events & EPOLLOUT) != 0)
        x.send_queued();
      if ((event.events & (EPOLLIN | EPOLLERR | EPOLLHUP)) != 0)
        on_readable(x);
    }
    end_round();
  }
}

void server::accept_all() {
  for (int i = 0; i < accepts_per_round; ++i) {
    const auto fd = accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0)
      return;
    enable(fd, IPPROTO_TCP, TCP_NODELAY);
    const auto slot = static_cast<std::size_t>(fd);
    if (connections_.size() <= slot)
      connections_.resize(slot + 1);
    connections_[slot] = std::make_unique<connection>(epoll_, fd, ++serial_, tls_);
  }
}

void server::on_readable(connection& from) {
  const auto count = from.receive(read_buffer_);
  if (count < 0 && errno == EAGAIN)
    return;
  if (count <= 0) {
    close(from);
    return;
  }
  auto joined = std::string{};
  auto rest = std::string_view{read_buffer_.data(), static_cast<std::size_t>(count)};
  if (!from.unread.empty())
    rest = joined = std::exchange(from.unread, {}).append(rest);
  auto replies = std::string{};
  while (!rest.empty()) {
    const auto used = from.is_websocket ? take_frame(from, rest) : take_request(from, rest, replies);
    if (used == 0)
      break;
    rest.remove_prefix(used);
  }
  if (!rest.empty())
    from.unread.assign(rest);
  if (!replies.empty())
    from.send(std::make_shared<const std::string>(std::move(replies)));
}

std::size_t server::take_request(connection& from, std::string_view bytes, std::string& replies) {
  const auto request = read_request(bytes);
  if (!request)
    return 0;
  if (request->method == "GET" && !request->websocket_key.empty()) {
    upgrade(from, request->websocket_key);
  } else if (request->method == "POST" && request->target.starts_with(emit_path)) {
    on_event(request->target.substr(emit_path.size()), request->body);
    replies += ok_reply;
  } else {
    replies += not_found_reply;
  }
  return request->size;
}

void server::upgrade(connection& from, std::string_view websocket_key) {
  auto answer = std::string{"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                            "Sec-WebSocket-Accept: "};
  answer.append(accept_key(websocket_key)).append("\r\n\r\n");
  const auto interval = settings_.ping_interval_ms;
  append_text_frame(answer, {open_packet_begin, std::to_string(interval == 0 ? never_ms : interval), open_packet_end});
  if (interval != 0)
    pings_.push_back({now_ms() + interval, from.fd(), from.serial()});
  from.send(std::make_shared<const std::string>(std::move(answer)));
  from.is_websocket = true;
}

std::size_t server::take_frame(connection& from, std::string_view bytes) {
  const auto frame = read_client_frame(bytes);
  if (!frame)
    return 0;
  if (frame->is_text && frame->payload.starts_with("40") && from.nsp_index == connection::no_nsp)
    join(from, frame->payload);
  return frame->size;
}

void server::join(connection& who, std::string_view connect_packet) {
  auto name = connect_packet.substr(2);
  name.remove_suffix(name.ends_with(',') ? 1 : 0);
  who.nsp_index = nsp_of(name.empty() ? "/" : name);
  auto& sessions = nsps_[who.nsp_index].sessions;
  who.position = static_cast<std::uint32_t>(sessions.size());
  sessions.push_back(&who);
  auto answer = std::string{};
  append_text_frame(answer, {connect_packet, session_answer});
  who.send(std::make_shared<const std::string>(std::move(answer)));
}

void server::on_event(std::string_view instance, std::string_view envelope) {
  const auto index = nsp_of(std::string{"/"}.append(instance));
  auto& to = nsps_[index];
  const auto prefix = std::string{"42"}.append(to.name).append(",[\"messages.upsert\",");
  if (settings_.mode == fan_out::plain) {
    auto bytes = std::make_shared<std::string>();
    bytes->reserve(prefix.size() + envelope.size() + 16);
    append_text_frame(*bytes, {prefix, envelope, "]"});
    fan(to, bytes);
    return;
  }
  if (!to.pending) {
    to.pending = std::make_shared<std::string>();
    pending_nsps_.push_back(index);
  }
  append_text_frame(*to.pending, {prefix, envelope, "]"});
}

void server::end_round() {
  for (auto index : pending_nsps_)
    fan(nsps_[index], std::exchange(nsps_[index].pending, nullptr));
  pending_nsps_.clear();
}

void server::fan(const nsp& to, const bytes_ptr& bytes) {
  if (settings_.faults.any()) {
    fan_with_faults(to, bytes);
    return;
  }
  for (auto* who : to.sessions)
    who->send(bytes);
}

void server::fan_with_faults(const nsp& to, const bytes_ptr& bytes) {
  const auto& faults = settings_.faults;
  for (auto* who : to.sessions) {
    const auto is_due = [clock = ++fault_clock_](std::uint32_t every) { return every != 0 && clock % every == 0; };
    if (is_due(faults.drop_every))
      continue;
    if (is_due(faults.swap_every) && held_back_from_ == nullptr) {
      held_back_from_ = who;
      held_back_ = bytes;
      continue;
    }
    who->send(bytes);
    if (is_due(faults.repeat_every))
      who->send(bytes);
    if (held_back_from_ == who) {
      who->send(held_back_);
      held_back_from_ = nullptr;
    }
  }
}

int server::ping() {
  if (pings_.empty())
    return -1;
  static const auto frame = [] {
    auto bytes = std::make_shared<std::string>();
    append_text_frame(*bytes, {"2"});
    return bytes_ptr{bytes};
  }();
  const auto now = now_ms();
  for (; pings_.front().at_ms <= now; pings_.pop_front()) {
    auto x = pings_.front();
    const auto& who = connections_[static_cast<std::size_t>(x.fd)];
    if (!who || who->serial() != x.serial) {
      if (pings_.size() == 1) {
        pings_.clear();
        return -1;
      }
      continue;
    }
    who->send(frame);
    x.at_ms = now + settings_.ping_interval_ms;
    pings_.push_back(x);
  }
  return static_cast<int>(std::max(pings_.front().at_ms - now, ping_step_ms));
}

void server::close(connection& x) {
  if (x.nsp_index != connection::no_nsp) {
    auto& sessions = nsps_[x.nsp_index].sessions;
    sessions[x.position] = sessions.back();
    sessions[x.position]->position = x.position;
    sessions.pop_back();
  }
  if (held_back_from_ == &x)
    held_back_from_ = nullptr;
  connections_[static_cast<std::size_t>(x.fd())].reset();
}

std::uint32_t server::nsp_of(std::string_view name) {
  const auto [at, is_new] = nsp_by_name_.try_emplace(std::string{name}, static_cast<std::uint32_t>(nsps_.size()));
  if (is_new)
    nsps_.push_back({at->first, {}, nullptr});
  return at->second;
}

} // namespace arauto::limit
