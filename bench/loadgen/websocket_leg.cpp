#include "bench/loadgen/websocket_leg.hpp"

#include <algorithm>
#include <cerrno>
#include <sys/socket.h>
#include <system_error>
#include <utility>

namespace arauto::loadgen {

namespace {

// The key and its answer of RFC 6455, 1.3: every connection may use the same.
constexpr std::string_view websocket_key = "dGhlIHNhbXBsZSBub25jZQ==";
constexpr std::string_view websocket_accept = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";
constexpr int reads_per_turn = 4;

} // namespace

void websocket_leg::start(std::string path, owner& above) {
  above_ = &above;
  path_ = std::move(path);
  unread_.clear();
  fragments_.clear();
  state_ = state::connecting;
  channel_ = channel{start_connecting(run_->opts, index_), run_->opts.is_secure};
  if (channel_)
    run_->poll.add(channel_.fd(), EPOLLIN | EPOLLOUT, index_);
  else
    fail_connecting(errno);
}

void websocket_leg::close() {
  channel_.reset();
}

void websocket_leg::end(ending how) {
  if (!channel_ && how == ending::closed)
    return;
  close();
  above_->on_end(how);
}

void websocket_leg::fail_connecting(int error) {
  complain("connect", std::generic_category().message(error));
  end(error == ECONNREFUSED ? ending::refused : ending::failed);
}

void websocket_leg::on_ready(std::uint32_t events) {
  if (!channel_)
    return;
  if (state_ == state::connecting) {
    if ((events & (EPOLLOUT | EPOLLERR | EPOLLHUP)) != 0)
      on_connected();
    return;
  }
  if (state_ == state::securing)
    return go_on_securing();
  if (slow_rate_ != 0)
    return read_slowly();
  auto& run = *run_;
  for (int i = 0; i < reads_per_turn && channel_; ++i) {
    const auto count = channel_.receive(run.read_buffer.data(), run.read_buffer.size());
    if (run.count.window.is_open)
      ++run.count.window.reads;
    if (count < 0 && (errno == EAGAIN || errno == EINTR))
      return;
    if (count <= 0) {
      end(state_ == state::open ? ending::closed : ending::failed);
      return;
    }
    const auto size = static_cast<std::size_t>(count);
    run.read_at = now();
    on_bytes({run.read_buffer.data(), size});
    if (size < run.read_buffer.size() && !channel_.is_secure())
      return;
  }
}

void websocket_leg::read_slowly() {
  constexpr auto rest = from_milliseconds(100);
  constexpr std::uint32_t reads_per_s = 10;
  auto& run = *run_;
  const auto count = channel_.receive(run.read_buffer.data(), std::max(1U, slow_rate_ / reads_per_s));
  if (count < 0 && (errno == EAGAIN || errno == EINTR))
    return;
  if (count <= 0)
    return end(ending::closed);
  run.read_at = now();
  on_bytes({run.read_buffer.data(), static_cast<std::size_t>(count)});
  if (!channel_)
    return;
  run.poll.modify(channel_.fd(), 0, index_);
  run.resting.emplace_back(now() + rest, index_);
}

void websocket_leg::go_on() {
  if (channel_)
    run_->poll.modify(channel_.fd(), EPOLLIN, index_);
}

void websocket_leg::on_connected() {
  int error = 0;
  socklen_t size = sizeof error;
  getsockopt(channel_.fd(), SOL_SOCKET, SO_ERROR, &error, &size);
  if (error != 0) {
    fail_connecting(error);
    return;
  }
  state_ = state::securing;
  run_->poll.modify(channel_.fd(), EPOLLIN, index_);
  go_on_securing();
}

void websocket_leg::go_on_securing() {
  switch (channel_.secure()) {
  case channel::progress::wait:
    return;
  case channel::progress::failed:
    complain("TLS", "the handshake failed");
    return end(ending::failed);
  case channel::progress::done:
    return send_upgrade();
  }
}

void websocket_leg::send_upgrade() {
  const auto& opts = run_->opts;
  auto request = "GET " + path_ + " HTTP/1.1\r\n" + host_header(opts);
  request.append("Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ");
  request.append(websocket_key).append("\r\n");
  for (const auto& header : opts.websocket_headers)
    request.append(header).append("\r\n");
  request.append("\r\n");
  state_ = state::upgrading;
  send_raw(request);
}

void websocket_leg::on_bytes(std::string_view bytes) {
  if (state_ == state::upgrading) {
    on_upgrade_answer(bytes);
    return;
  }
  if (unread_.empty()) {
    const auto used = take_frames(bytes);
    if (channel_)
      unread_.assign(bytes.substr(used));
    return;
  }
  const auto joined = std::exchange(unread_, {}).append(bytes);
  const auto used = take_frames(joined);
  if (channel_)
    unread_.assign(joined, used);
}

void websocket_leg::on_upgrade_answer(std::string_view bytes) {
  unread_.append(bytes);
  const auto head_end = unread_.find("\r\n\r\n");
  if (head_end == std::string::npos)
    return;
  if (!unread_.starts_with("HTTP/1.1 101") || unread_.find(websocket_accept) > head_end) {
    complain("upgrade refused", unread_);
    end(ending::failed);
    return;
  }
  state_ = state::open;
  const auto rest = unread_.substr(head_end + 4);
  unread_ = {};
  above_->on_upgraded();
  if (!rest.empty() && channel_)
    on_bytes(rest);
}

std::size_t websocket_leg::take_frames(std::string_view bytes) {
  std::size_t used = 0;
  auto frame = server_frame{};
  while (channel_) {
    const auto status = read_frame(bytes.substr(used), frame);
    if (status == frame_status::incomplete)
      break;
    if (status == frame_status::invalid) {
      complain("invalid frame", "masked or with reserved bits");
      end(ending::closed);
      break;
    }
    used += frame.size;
    on_frame(frame);
  }
  return used;
}

void websocket_leg::on_frame(const server_frame& frame) {
  switch (frame.opcode) {
  case websocket_opcode::text:
  case websocket_opcode::binary:
    if (frame.is_final)
      above_->on_message(frame.payload);
    else
      fragments_.assign(frame.payload);
    return;
  case websocket_opcode::continuation:
    fragments_.append(frame.payload);
    if (frame.is_final)
      above_->on_message(std::exchange(fragments_, {}));
    return;
  case websocket_opcode::ping:
    send_frame(websocket_opcode::pong, frame.payload);
    return;
  case websocket_opcode::pong:
    return;
  case websocket_opcode::close: // Answered (RFC 6455, 5.5.1), so that the server need not wait.
    send_frame(websocket_opcode::close, frame.payload);
    end(ending::closed);
    return;
  }
  end(ending::closed);
}

void websocket_leg::send_frame(websocket_opcode opcode, std::string_view payload) {
  if (channel_)
    send_raw(client_frame(opcode, payload));
}

void websocket_leg::send_raw(std::string_view bytes) {
  // A client sends so little that its socket buffer is never full.
  const auto sent = channel_.send(bytes);
  if (sent != static_cast<ssize_t>(bytes.size()))
    end(state_ == state::open ? ending::closed : ending::failed);
}

} // namespace arauto::loadgen
