#include "net/io/frame_stream.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

namespace arauto::io {

namespace {

/// Buffers per gather write.
constexpr std::size_t gather_max = 256;

} // namespace

frame_stream::frame_stream(descriptor socket, io_loop& home, io_counters& counters, std::unique_ptr<tls_stream> tls)
    : socket_{std::move(socket)},
      tls_{tls ? std::make_unique<secure_part>(secure_part{std::move(tls)}) : nullptr},
      home_{&home},
      counters_{&counters} {
  const int on = 1; // A socket that takes none of this is broken, or of a kind that has no such option.
  ::setsockopt(socket_.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  ::fcntl(socket_.get(), F_SETFL, ::fcntl(socket_.get(), F_GETFL) | O_NONBLOCK);
  if (!home_->descriptors().add(socket_.get(), *this))
    has_input_ = is_ended_by_peer_ = broken_ = true; // Whoever reads finds it failed.
  counters_->open_sockets.add();
}

frame_stream::~frame_stream() {
  home_->forget(*this);
  home_->descriptors().forget(*this);
  counters_->open_sockets.subtract();
}

// -- reading

void frame_stream::on_ready(readiness what) {
  const auto self = shared_from_this();
  has_input_ |= what.input || what.end;
  is_ended_by_peer_ |= what.end;
  if ((what.output || what.end) && std::exchange(waiting_writable_, false))
    flush();
  if (has_input_ && owner_ != nullptr && std::exchange(wants_input_, false))
    owner_->on_readable();
}

void frame_stream::want_input() {
  wants_input_ = true;
  if (has_input_ || !is_open())
    home_->descriptors().revisit(*this);
}

frame_stream::read_outcome frame_stream::read_now(std::span<char> into) {
  if (unread_) {
    const auto bytes = std::min(into.size(), unread_->size());
    std::copy_n(unread_->data(), bytes, into.data());
    unread_->erase(0, bytes);
    if (unread_->empty())
      unread_.reset();
    return {read_status::data, bytes};
  }
  return tls_ ? read_tls(into) : read_socket(into);
}

frame_stream::read_outcome frame_stream::read_socket(std::span<char> into) {
  if (broken_ || !is_open())
    return {read_status::failed, 0};
  ssize_t got = -1;
  do
    got = ::recv(socket_.get(), into.data(), into.size(), 0);
  while (got < 0 && errno == EINTR);
  if (got > 0) {
    counters_->bytes_received.add(static_cast<std::uint64_t>(got));
    // More comes with another change, unless that has come already.
    has_input_ = static_cast<std::size_t>(got) == into.size() || is_ended_by_peer_;
    return {read_status::data, static_cast<std::size_t>(got)};
  }
  if (got == 0)
    return {read_status::end_of_stream, 0};
  if (errno != EAGAIN && errno != EWOULDBLOCK)
    return {read_status::failed, 0};
  has_input_ = false;
  return {read_status::would_block, 0};
}

void frame_stream::unread(std::string_view bytes) {
  if (bytes.empty())
    return;
  if (!unread_)
    unread_ = std::make_unique<std::string>();
  unread_->insert(0, bytes);
  has_input_ = true;
}

bool drop_input(frame_stream& from) {
  thread_local std::array<char, 65536> dropped;
  const auto got = from.read_now(dropped);
  return got.status == frame_stream::read_status::data || got.status == frame_stream::read_status::would_block;
}

std::string frame_stream::remote_address() const {
  boost::asio::ip::tcp::endpoint remote;
  auto size = static_cast<socklen_t>(remote.capacity());
  if (::getpeername(socket_.get(), remote.data(), &size) != 0 ||
      (remote.data()->sa_family != AF_INET && remote.data()->sa_family != AF_INET6))
    return {};
  return remote.address().to_string();
}

// -- writing

void frame_stream::write(std::string bytes) {
  if (!is_open() || finishing_ || bytes.empty())
    return;
  chunks_.push_back({std::move(bytes), nullptr, 0});
  owes_drained_ = true;
  mark_dirty();
}

std::size_t frame_stream::unsent_bytes() const noexcept {
  auto sum = tls_ ? tls_->ciphertext.size() - tls_->sent : 0;
  for (const auto& x : chunks_)
    sum += x.rest().size();
  return sum;
}

void frame_stream::flush() {
  if (!is_open() || waiting_writable_ || broken_)
    return;
  switch (tls_ ? flush_tls() : flush_plain()) {
  case flush_outcome::blocked:
    waiting_writable_ = true;
    return;
  case flush_outcome::broken:
    fail();
    return;
  case flush_outcome::drained:
    if (finishing_ && !std::exchange(ended_, true))
      end();
    if ((std::exchange(owes_drained_, false) || finishing_) && owner_ != nullptr)
      owner_->on_drained();
  }
}

ssize_t frame_stream::send(const iovec* buffers, std::size_t count) {
  constexpr int flags = MSG_DONTWAIT | MSG_NOSIGNAL;
  msghdr message{};
  message.msg_iov = const_cast<iovec*>(buffers); // POSIX: sendmsg does not write through it.
  message.msg_iovlen = count;
  ssize_t sent = -1;
  do {
    counters_->sendmsg_calls.add();
    sent = count == 1 ? ::send(socket_.get(), buffers->iov_base, buffers->iov_len, flags)
                      : ::sendmsg(socket_.get(), &message, flags);
  } while (sent < 0 && errno == EINTR);
  if (sent > 0)
    counters_->bytes_sent.add(static_cast<std::uint64_t>(sent));
  return sent;
}

frame_stream::flush_outcome frame_stream::flush_plain() {
  for (;;) {
    iovec buffers[gather_max];
    std::size_t count = 0;
    std::size_t total = 0;
    const auto add = [&](std::string_view bytes) {
      buffers[count++] = {const_cast<char*>(bytes.data()), bytes.size()};
      total += bytes.size();
    };
    for (std::size_t i = 0; i < chunks_.size() && count < gather_max; ++i)
      add(chunks_[i].rest());
    if (source_ != nullptr && !finishing_)
      for (std::size_t i = 0; i < source_->size() && count < gather_max; ++i)
        add(source_->at(i)->websocket());
    if (total == 0)
      return flush_outcome::drained;
    const auto sent = send(buffers, count);
    if (sent < 0)
      return errno == EAGAIN || errno == EWOULDBLOCK ? flush_outcome::blocked : flush_outcome::broken;
    consume(static_cast<std::size_t>(sent));
    if (static_cast<std::size_t>(sent) < total)
      return flush_outcome::blocked;
  }
}

void frame_stream::consume(std::size_t bytes) {
  std::size_t done = 0;
  while (bytes > 0 && done < chunks_.size()) {
    const auto rest = chunks_[done].rest().size();
    if (bytes < rest) {
      chunks_[done].sent += bytes;
      bytes = 0;
      break;
    }
    bytes -= rest;
    ++done;
  }
  if (done == chunks_.size())
    give_back(chunks_); // An idle stream keeps no room for them.
  else
    chunks_.erase(chunks_.begin(), chunks_.begin() + static_cast<std::ptrdiff_t>(done));
  while (bytes > 0) {
    auto packet = source_->pop();
    const auto size = packet->websocket().size();
    if (bytes < size) {
      // The rest of a half-sent frame leaves before any other byte.
      chunks_.push_back({{}, std::move(packet), bytes});
      return;
    }
    bytes -= size;
  }
}

void frame_stream::fail() {
  broken_ = true;
  chunks_.clear();
  home_->post([self = shared_from_this()] {
    if (self->owner_ != nullptr)
      self->owner_->on_broken();
    else
      self->close();
  });
}

void frame_stream::finish() {
  if (finishing_ || !is_open())
    return;
  finishing_ = true;
  if (broken_)
    close();
  else
    mark_dirty();
}

void frame_stream::end() {
  if (tls_) {
    tls_->session->shutdown();
    std::string alert;
    tls_->session->take_ciphertext(alert);
    const iovec last{alert.data(), alert.size()};
    if (!alert.empty())
      send(&last, 1); // Best effort: the peer sees the end of the stream anyway.
  }
  ::shutdown(socket_.get(), SHUT_WR); // The peer may have closed first.
}

void frame_stream::close() {
  home_->descriptors().forget(*this);
  socket_.close();
  chunks_.clear();
  source_ = nullptr;
  if (wants_input_)
    want_input(); // Who waits reads that it is over.
}

// -- moving

std::unique_ptr<frame_stream::parts> frame_stream::release() {
  home_->descriptors().remove(socket_.get(), *this);
  auto x = std::make_unique<parts>();
  x->socket = std::move(socket_);
  x->tls = std::move(tls_);
  x->chunks = std::move(chunks_);
  x->unread = std::move(unread_);
  return x;
}

std::shared_ptr<frame_stream> frame_stream::adopt(std::unique_ptr<parts> x, io_loop& home, io_counters& counters) {
  auto made = std::make_shared<frame_stream>(std::move(x->socket), home, counters, nullptr);
  made->tls_ = std::move(x->tls);
  made->chunks_ = std::move(x->chunks);
  made->unread_ = std::move(x->unread);
  made->has_input_ |= made->tls_ || made->unread_;
  made->owes_drained_ = true;
  made->mark_dirty();
  return made;
}

} // namespace arauto::io
