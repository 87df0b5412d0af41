#include "bench/loadgen/websocket_client.hpp"

#include "bench/loadgen/marker.hpp"

#include <algorithm>
#include <cerrno>
#include <iostream>
#include <sys/socket.h>
#include <system_error>
#include <utility>

namespace arauto::loadgen {

namespace {

// The key and its answer of RFC 6455, 1.3: every connection may use the same.
constexpr std::string_view websocket_key = "dGhlIHNhbXBsZSBub25jZQ==";
constexpr std::string_view websocket_accept = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";
constexpr int reads_per_turn = 4;

/// The first few of many equal complaints.
void complain(std::string_view what, std::string_view detail) {
  static int said = 0;
  if (said++ < 3)
    std::cerr << "loadgen: " << what << ": " << detail.substr(0, 200) << '\n';
}

bool names_connections(const std::string& text) {
  return text.find("{m}") != std::string::npos || text.find("{i}") != std::string::npos;
}

} // namespace

websocket_client::websocket_client(run_state& run, std::uint32_t index)
    : run_{&run},
      index_{index},
      instance_{0},
      heartbeat_{run.opts.silent_every != 0 && index % run.opts.silent_every == 0} {
  const auto& opts = run.opts;
  if (!opts.is_main_namespace() && (names_connections(opts.nsp) || names_connections(opts.websocket_path)))
    instance_ = index % opts.instances;
}

void websocket_client::start() {
  state_ = state::connecting;
  fd_ = start_connecting(run_->opts, index_);
  if (!fd_) {
    complain("connect", std::generic_category().message(errno));
    drop();
    return;
  }
  run_->poll.add(fd_.get(), EPOLLIN | EPOLLOUT, index_);
}

void websocket_client::give_up() {
  if (state_ != state::subscribed && state_ != state::dead)
    drop();
}

void websocket_client::on_ready(std::uint32_t events) {
  if (state_ == state::connecting) {
    if ((events & (EPOLLOUT | EPOLLERR | EPOLLHUP)) != 0)
      send_upgrade();
    return;
  }
  auto& run = *run_;
  for (int i = 0; i < reads_per_turn && fd_; ++i) {
    const auto count = recv(fd_.get(), run.read_buffer.data(), run.read_buffer.size(), MSG_DONTWAIT);
    if (run.count.window.is_open)
      ++run.count.window.reads;
    if (count < 0 && (errno == EAGAIN || errno == EINTR))
      return;
    if (count <= 0) {
      drop();
      return;
    }
    const auto size = static_cast<std::size_t>(count);
    run.read_at = now();
    on_bytes({run.read_buffer.data(), size});
    if (size < run.read_buffer.size())
      return;
  }
}

void websocket_client::send_upgrade() {
  int error = 0;
  socklen_t size = sizeof error;
  getsockopt(fd_.get(), SOL_SOCKET, SO_ERROR, &error, &size);
  if (error != 0) {
    complain("connect", std::generic_category().message(error));
    drop();
    return;
  }
  const auto& opts = run_->opts;
  auto path = expand_own(opts.websocket_path);
  if (!opts.api_key.empty())
    path += (path.find('?') == std::string::npos ? "?apikey=" : "&apikey=") + opts.api_key;
  auto request = "GET " + path + " HTTP/1.1\r\n" + host_header(opts);
  request.append("Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ");
  request.append(websocket_key).append("\r\n");
  for (const auto& header : opts.websocket_headers)
    request.append(header).append("\r\n");
  request.append("\r\n");
  state_ = state::upgrading;
  run_->poll.modify(fd_.get(), EPOLLIN, index_);
  send_raw(request);
}

void websocket_client::on_bytes(std::string_view bytes) {
  if (state_ == state::upgrading) {
    on_upgrade_answer(bytes);
    return;
  }
  if (unread_.empty()) {
    const auto used = take_frames(bytes);
    if (fd_)
      unread_.assign(bytes.substr(used));
    return;
  }
  const auto joined = std::exchange(unread_, {}).append(bytes);
  const auto used = take_frames(joined);
  if (fd_)
    unread_.assign(joined, used);
}

void websocket_client::on_upgrade_answer(std::string_view bytes) {
  unread_.append(bytes);
  const auto head_end = unread_.find("\r\n\r\n");
  if (head_end == std::string::npos)
    return;
  if (!unread_.starts_with("HTTP/1.1 101") || unread_.find(websocket_accept) > head_end) {
    complain("upgrade refused", unread_);
    drop();
    return;
  }
  state_ = state::opening;
  if (run_->opts.is_raw)
    become_subscribed();
  const auto rest = unread_.substr(head_end + 4);
  unread_ = {};
  if (!rest.empty())
    on_bytes(rest);
}

std::size_t websocket_client::take_frames(std::string_view bytes) {
  std::size_t used = 0;
  auto frame = server_frame{};
  while (fd_) {
    const auto status = read_frame(bytes.substr(used), frame);
    if (status == frame_status::incomplete)
      break;
    if (status == frame_status::invalid) {
      complain("invalid frame", "masked or with reserved bits");
      drop();
      break;
    }
    used += frame.size;
    on_frame(frame);
  }
  return used;
}

void websocket_client::on_frame(const server_frame& frame) {
  switch (frame.opcode) {
  case websocket_opcode::text:
  case websocket_opcode::binary:
    if (frame.is_final)
      on_text(frame.payload);
    else
      fragments_.assign(frame.payload);
    return;
  case websocket_opcode::continuation:
    fragments_.append(frame.payload);
    if (frame.is_final)
      on_text(std::exchange(fragments_, {}));
    return;
  case websocket_opcode::ping:
    send(websocket_opcode::pong, frame.payload);
    return;
  case websocket_opcode::pong:
    return;
  case websocket_opcode::close:
    drop();
    return;
  }
  drop();
}

void websocket_client::on_text(std::string_view text) {
  if (text == "2") { // Engine.IO 4, heartbeat
    if (heartbeat_.on_ping(run_->read_at, run_->count.heartbeats)) {
      heartbeat_.on_pong(now(), run_->count.heartbeats);
      send(websocket_opcode::text, "3");
    }
    return;
  }
  switch (state_) {
  case state::subscribed:
    if (run_->opts.is_raw || text.starts_with("42"))
      on_event(text);
    else
      ++run_->count.other_frames;
    return;
  case state::opening:
    if (text.starts_with('0')) {
      heartbeat_.on_open(text, run_->read_at, run_->count.heartbeats);
      state_ = state::joining;
      send(websocket_opcode::text, join_packet());
    }
    return;
  case state::joining:
    on_join_answer(text);
    return;
  default:
    return;
  }
}

void websocket_client::on_join_answer(std::string_view text) {
  if (text.starts_with(join_packet())) {
    become_subscribed();
    return;
  }
  complain("join refused", text);
  drop();
}

void websocket_client::on_event(std::string_view text) {
  auto& run = *run_;
  auto& count = run.count;
  const auto found = find_marker(text, run.marker_hint);
  if (!found) {
    ++count.other_frames;
    return;
  }
  if (!run.opts.is_main_namespace() && found->instance != instance_) {
    ++count.stray;
    return;
  }
  const auto verdict = sequence_.note(found->sequence);
  count.gaps += verdict.skipped;
  if (verdict.how == sequence_check::arrival::duplicate) {
    ++count.duplicates;
    return;
  }
  if (verdict.how == sequence_check::arrival::late)
    ++count.reordered;
  ++count.deliveries;
  run.ledger.delivered(found->event);
  if (count.window.is_open) {
    ++count.window.deliveries;
    count.window.frame_bytes += text.size();
    count.window.latency_ns.add(static_cast<std::uint64_t>(std::max<nanos>(run.read_at - found->sent_at, 0)));
  }
}

void websocket_client::become_subscribed() {
  state_ = state::subscribed;
  ++run_->count.subscribed;
}

void websocket_client::send(websocket_opcode opcode, std::string_view payload) {
  send_raw(client_frame(opcode, payload));
}

void websocket_client::send_raw(std::string_view bytes) {
  // A client sends so little that its socket buffer is never full.
  const auto sent = ::send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  if (sent != static_cast<ssize_t>(bytes.size()))
    drop();
}

void websocket_client::drop() {
  if (state_ == state::dead)
    return;
  fd_.reset();
  const auto has_timed_out = heartbeat_.on_end(now(), run_->count.heartbeats);
  if (state_ == state::subscribed)
    run_->count.closed += has_timed_out ? 0 : 1;
  else
    ++run_->count.refused;
  state_ = state::dead;
}

std::string websocket_client::join_packet() const {
  return run_->opts.is_main_namespace() ? "40" : "40" + expand_own(run_->opts.nsp) + ",";
}

std::string websocket_client::expand_own(const std::string& text) const {
  const auto number = std::to_string(index_);
  return expand(text, {{"{i}", number}, {"{m}", std::to_string(index_ % run_->opts.instances)}});
}

} // namespace arauto::loadgen
