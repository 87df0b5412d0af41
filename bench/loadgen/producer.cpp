#include "bench/loadgen/producer.hpp"

#include "bench/loadgen/http_response.hpp"

#include <cerrno>
#include <fcntl.h>
#include <iostream>
#include <stdexcept>
#include <sys/socket.h>

namespace arauto::loadgen {

namespace {

constexpr std::uint64_t reconnects_max = 100;

void complain(std::string_view answer) {
  static int said = 0;
  if (said++ < 3)
    std::cerr << "loadgen: POST answered " << answer.substr(0, 300) << '\n';
}

} // namespace

producer::producer(run_state& run, std::uint32_t index) : run_{&run}, key_{key_bit | index} {
  open();
}

void producer::open() {
  channel_ = channel{connect_blocking(run_->opts), run_->opts.is_secure};
  if (channel_.secure() != channel::progress::done)
    throw std::runtime_error{"the TLS handshake of a producer failed"};
  if (fcntl(channel_.fd(), F_SETFL, O_NONBLOCK) != 0)
    fail("fcntl");
  run_->poll.add(channel_.fd(), EPOLLIN, key_);
  wants_write_ = false;
}

void producer::reopen() {
  run_->count.post_errors += posted_at_.size();
  run_->count.answered += posted_at_.size();
  posted_at_.clear();
  unread_.clear();
  unsent_.clear();
  if (++run_->count.producer_reconnects > reconnects_max)
    throw std::runtime_error{"the server keeps closing the connection of a producer"};
  channel_.reset();
  open();
}

void producer::flush() {
  if (!unsent_.empty() && !wants_write_)
    write_out();
}

void producer::write_out() {
  const auto sent = channel_.send(unsent_);
  if (sent < 0 && errno != EAGAIN) {
    reopen();
    return;
  }
  unsent_.erase(0, sent > 0 ? static_cast<std::size_t>(sent) : 0);
  if (wants_write_ != unsent_.empty())
    return;
  wants_write_ = !wants_write_;
  run_->poll.modify(channel_.fd(), wants_write_ ? EPOLLIN | EPOLLOUT : EPOLLIN, key_);
}

void producer::on_ready(std::uint32_t events) {
  if ((events & EPOLLOUT) != 0)
    write_out();
  if ((events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0)
    read_answers();
}

void producer::read_answers() {
  auto& buffer = run_->read_buffer;
  const auto count = channel_.receive(buffer.data(), buffer.size());
  if (count < 0 && (errno == EAGAIN || errno == EINTR))
    return;
  if (count <= 0) {
    reopen();
    return;
  }
  unread_.append(buffer.data(), static_cast<std::size_t>(count));
  const auto at = now();
  auto rest = std::string_view{unread_};
  while (const auto answer = read_response(rest)) {
    if (!answer->is_success())
      complain(rest.substr(0, answer->size));
    note_answer(answer->is_success(), at);
    rest.remove_prefix(answer->size);
  }
  unread_.erase(0, unread_.size() - rest.size());
}

void producer::note_answer(bool is_success, nanos at) {
  auto& count = run_->count;
  if (!is_success)
    ++count.post_errors;
  if (posted_at_.empty())
    return;
  if (count.window.is_open) {
    ++count.window.answered;
    count.window.answer_ns.add(static_cast<std::uint64_t>(at - posted_at_.front()));
  }
  posted_at_.pop_front();
  ++count.answered;
}

} // namespace arauto::loadgen
