#include "bench/loadgen/polling_leg.hpp"

#include "bench/loadgen/http_response.hpp"
#include "bench/loadgen/websocket_leg.hpp"

#include <algorithm>
#include <cerrno>
#include <iostream>
#include <sys/socket.h>
#include <system_error>
#include <utility>

namespace arauto::loadgen {

namespace {

constexpr char packet_separator = '\x1e';

/// Value of `"sid"` in an open packet.
std::string_view sid_of(std::string_view open_packet) {
  constexpr std::string_view name = R"("sid":")";
  const auto at = open_packet.find(name);
  if (at == std::string_view::npos)
    return {};
  const auto value = open_packet.substr(at + name.size());
  return value.substr(0, value.find('"'));
}

} // namespace

void complain(std::string_view what, std::string_view detail) {
  static int said = 0;
  if (said++ < 3)
    std::cerr << "loadgen: " << what << ": " << detail.substr(0, 200) << '\n';
}

std::unique_ptr<client_leg> make_leg(run_state& run, std::uint32_t index) {
  if (run.opts.is_polling)
    return std::make_unique<polling_leg>(run, index);
  return std::make_unique<websocket_leg>(run, index);
}

void polling_leg::start(std::string path, owner& above) {
  above_ = &above;
  path_ = std::move(path);
  state_ = state::connecting;
  channel_ = channel{start_connecting(run_->opts, index_), false};
  if (channel_)
    run_->poll.add(channel_.fd(), EPOLLIN | EPOLLOUT, index_);
  else
    end(errno == ECONNREFUSED ? ending::refused : ending::failed);
}

void polling_leg::on_ready(std::uint32_t events) {
  if (!channel_)
    return;
  if (state_ != state::connecting)
    return read();
  if ((events & (EPOLLOUT | EPOLLERR | EPOLLHUP)) != 0)
    on_connected();
}

void polling_leg::on_connected() {
  int error = 0;
  socklen_t size = sizeof error;
  getsockopt(channel_.fd(), SOL_SOCKET, SO_ERROR, &error, &size);
  if (error != 0) {
    complain("connect", std::generic_category().message(error));
    return end(error == ECONNREFUSED ? ending::refused : ending::failed);
  }
  run_->poll.modify(channel_.fd(), EPOLLIN, index_);
  state_ = state::opening;
  request("GET", {});
}

void polling_leg::read() {
  auto& buffer = run_->read_buffer;
  const auto count = channel_.receive(buffer.data(), buffer.size());
  if (count < 0 && (errno == EAGAIN || errno == EINTR))
    return;
  if (count <= 0)
    return end(state_ == state::opening ? ending::failed : ending::closed);
  run_->read_at = now();
  if (run_->count.window.is_open)
    ++run_->count.window.reads;
  unread_.append(buffer.data(), static_cast<std::size_t>(count));
  const auto answer = read_response(unread_);
  if (!answer)
    return;
  if (!answer->is_success()) {
    complain("poll refused", unread_);
    return end(state_ == state::opening ? ending::failed : ending::closed);
  }
  const auto bytes = std::exchange(unread_, {}); // There is one request at a time: this is its answer.
  on_answer(std::string_view{bytes}.substr(answer->size - answer->body.size(), answer->body.size()));
}

void polling_leg::on_answer(std::string_view body) {
  if (state_ == state::opening) {
    const auto sid = sid_of(body);
    if (sid.empty()) {
      complain("no open packet", body);
      return end(ending::failed);
    }
    path_.append("&sid=").append(sid);
    above_->on_upgraded();
  }
  if (state_ != state::posting)
    take_packets(body);
  if (channel_)
    ask_next();
}

void polling_leg::take_packets(std::string_view body) {
  while (!body.empty() && channel_) {
    const auto packet = body.substr(0, body.find(packet_separator));
    body.remove_prefix(std::min(packet.size() + 1, body.size()));
    if (packet == "1") // Engine.IO, close.
      return end(ending::closed);
    if (packet != "6") // noop
      above_->on_message(packet);
  }
}

void polling_leg::send(std::string_view text) {
  if (!unsent_.empty())
    unsent_ += packet_separator;
  unsent_ += text;
}

void polling_leg::ask_next() {
  const auto body = std::exchange(unsent_, {});
  state_ = body.empty() ? state::polling : state::posting;
  request(body.empty() ? "GET" : "POST", body);
}

void polling_leg::request(std::string_view method, std::string_view body) {
  const auto& opts = run_->opts;
  auto text = std::string{method} + " " + path_ + " HTTP/1.1\r\n" + host_header(opts);
  if (method == "POST")
    text += "Content-Type: text/plain\r\nContent-Length: " + std::to_string(body.size()) + "\r\n";
  for (const auto& header : opts.websocket_headers)
    text.append(header).append("\r\n");
  text.append("\r\n").append(body);
  if (channel_.send(text) != static_cast<ssize_t>(text.size())) // So little that an empty socket takes it.
    end(state_ == state::opening ? ending::failed : ending::closed);
}

void polling_leg::end(ending how) {
  if (!channel_ && how == ending::closed)
    return;
  close();
  above_->on_end(how);
}

} // namespace arauto::loadgen
