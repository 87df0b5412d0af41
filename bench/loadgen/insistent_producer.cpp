#include "bench/loadgen/insistent_producer.hpp"

#include "bench/loadgen/http_response.hpp"

#include <cerrno>
#include <sys/socket.h>

namespace arauto::loadgen {

namespace {

/// Between an attempt that failed and the next.
constexpr auto rest = from_milliseconds(20);

} // namespace

void insistent_producer::turn() {
  if (state_ == state::resting && now() >= rests_until_)
    state_ = fd_ ? state::idle : state::away;
  if (waiting_.empty())
    return;
  if (state_ == state::away)
    connect();
  else if (state_ == state::idle)
    ask();
}

void insistent_producer::connect() {
  const auto& opts = storm_->run.opts;
  fd_ = start_connecting(opts, opts.connections); // From the address of the last clients.
  if (!fd_)
    return try_again();
  storm_->run.poll.add(fd_.get(), EPOLLOUT, key);
  state_ = state::connecting;
}

void insistent_producer::ask() {
  std::string request;
  requests_->append_to(request, waiting_.front());
  // One request fits into an empty socket buffer.
  if (send(fd_.get(), request.data(), request.size(), MSG_NOSIGNAL | MSG_DONTWAIT) !=
      static_cast<ssize_t>(request.size())) {
    fd_.reset();
    return try_again();
  }
  state_ = state::asking;
}

void insistent_producer::try_again() {
  ++storm_->count.post_retries;
  unread_.clear();
  rests_until_ = now() + rest;
  state_ = state::resting;
}

void insistent_producer::on_ready(std::uint32_t events) {
  if (!fd_)
    return;
  if (state_ != state::connecting)
    return read_answer();
  if ((events & (EPOLLERR | EPOLLHUP)) != 0) {
    fd_.reset();
    return try_again();
  }
  storm_->run.poll.modify(fd_.get(), EPOLLIN, key);
  ask();
}

void insistent_producer::read_answer() {
  auto& buffer = storm_->run.read_buffer;
  const auto count = recv(fd_.get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
  if (count < 0 && (errno == EAGAIN || errno == EINTR))
    return;
  if (count <= 0) {
    fd_.reset();
    if (state_ == state::asking)
      return try_again();
    state_ = state_ == state::resting ? state::resting : state::away;
    return;
  }
  unread_.append(buffer.data(), static_cast<std::size_t>(count));
  const auto answer = read_response(unread_);
  if (!answer)
    return;
  if (!answer->is_success())
    return try_again();
  unread_.clear();
  storm_->accepted[waiting_.front().instance] = waiting_.front().sequence;
  ++storm_->run.count.answered;
  waiting_.pop_front();
  state_ = state::idle;
  turn();
}

} // namespace arauto::loadgen
