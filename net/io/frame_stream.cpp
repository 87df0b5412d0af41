#include "net/io/frame_stream.hpp"

#include <boost/asio/error.hpp>

#include <algorithm>
#include <cerrno>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

namespace arauto::io {

namespace {

/// Buffers per gather write.
constexpr std::size_t gather_max = 256;

} // namespace

frame_stream::frame_stream(tcp_socket socket, io_loop& home, io_counters& counters, std::unique_ptr<tls_stream> tls)
    : socket_{std::move(socket)}, home_{&home}, counters_{&counters}, tls_{std::move(tls)} {
  boost::system::error_code ignored; // A peer that is gone already shows at the first read.
  socket_.non_blocking(true, ignored);
  socket_.set_option(boost::asio::ip::tcp::no_delay{true}, ignored);
  counters_->open_sockets.add();
}

frame_stream::~frame_stream() {
  home_->forget(*this);
  counters_->open_sockets.subtract();
}

// -- reading

frame_stream::read_outcome frame_stream::read_now(std::span<char> into) {
  if (unread_) {
    const auto bytes = std::min(into.size(), unread_->size());
    std::copy_n(unread_->data(), bytes, into.data());
    unread_->erase(0, bytes);
    if (unread_->empty())
      unread_.reset();
    return {read_status::data, bytes};
  }
  if (tls_)
    return read_tls(into);
  boost::system::error_code ec;
  const auto bytes = socket_.read_some(boost::asio::buffer(into.data(), into.size()), ec);
  if (!ec) {
    counters_->bytes_received.add(bytes);
    return {read_status::data, bytes};
  }
  if (ec == boost::asio::error::would_block)
    return {read_status::would_block, 0};
  return {ec == boost::asio::error::eof ? read_status::end_of_stream : read_status::failed, 0};
}

void frame_stream::unread(std::string_view bytes) {
  if (bytes.empty())
    return;
  if (!unread_)
    unread_ = std::make_unique<std::string>();
  unread_->insert(0, bytes);
}

std::string frame_stream::remote_address() const {
  boost::system::error_code ec;
  const auto remote = socket_.remote_endpoint(ec);
  return ec ? std::string{} : remote.address().to_string();
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
  auto sum = ciphertext_.size() - ciphertext_sent_;
  for (const auto& x : chunks_)
    sum += x.rest().size();
  return sum;
}

void frame_stream::flush() {
  if (!is_open() || waiting_writable_ || broken_)
    return;
  switch (tls_ ? flush_tls() : flush_plain()) {
  case flush_outcome::blocked:
    wait_writable();
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
  msghdr message{};
  message.msg_iov = const_cast<iovec*>(buffers); // POSIX: sendmsg does not write through it.
  message.msg_iovlen = count;
  ssize_t sent = -1;
  do {
    counters_->sendmsg_calls.add();
    sent = ::sendmsg(socket_.native_handle(), &message, MSG_DONTWAIT | MSG_NOSIGNAL);
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

void frame_stream::wait_writable() {
  if (waiting_writable_)
    return;
  waiting_writable_ = true;
  socket_.async_wait(tcp_socket::wait_write, [self = shared_from_this()](const boost::system::error_code& ec) {
    self->waiting_writable_ = false;
    if (!ec)
      self->flush();
  });
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
    tls_->shutdown();
    std::string alert;
    tls_->take_ciphertext(alert);
    const iovec last{alert.data(), alert.size()};
    if (!alert.empty())
      send(&last, 1); // Best effort: the peer sees the end of the stream anyway.
  }
  boost::system::error_code ignored; // The peer may have closed first.
  socket_.shutdown(tcp_socket::shutdown_send, ignored);
}

void frame_stream::close() {
  boost::system::error_code ignored; // Nothing is left to be done for a descriptor that is gone.
  socket_.close(ignored);
  chunks_.clear();
  source_ = nullptr;
}

// -- moving

frame_stream::parts::~parts() {
  if (descriptor >= 0)
    ::close(descriptor);
}

std::unique_ptr<frame_stream::parts> frame_stream::release() {
  auto x = std::make_unique<parts>();
  boost::system::error_code ec;
  x->is_v6 = socket_.local_endpoint(ec).protocol() == boost::asio::ip::tcp::v6();
  x->descriptor = socket_.release(ec);
  x->tls = std::move(tls_);
  x->chunks = std::move(chunks_);
  x->ciphertext = std::move(ciphertext_);
  x->ciphertext_sent = ciphertext_sent_;
  x->unread = std::move(unread_);
  return x;
}

std::shared_ptr<frame_stream> frame_stream::adopt(std::unique_ptr<parts> x, io_loop& home, io_counters& counters) {
  tcp_socket socket{home.context()};
  boost::system::error_code ec;
  socket.assign(x->is_v6 ? boost::asio::ip::tcp::v6() : boost::asio::ip::tcp::v4(), x->descriptor, ec);
  if (ec)
    return nullptr;
  x->descriptor = -1;
  auto made = std::make_shared<frame_stream>(std::move(socket), home, counters, std::move(x->tls));
  made->chunks_ = std::move(x->chunks);
  made->ciphertext_ = std::move(x->ciphertext);
  made->ciphertext_sent_ = x->ciphertext_sent;
  made->unread_ = std::move(x->unread);
  made->owes_drained_ = true;
  made->mark_dirty();
  return made;
}

} // namespace arauto::io
