#include "bench/peers/limit/connection.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

namespace arauto::limit {

namespace {

constexpr std::size_t gather_max = 64;

} // namespace

connection::connection(int epoll, int fd, std::uint64_t serial, const tls_context& tls)
    : epoll_{epoll}, fd_{fd}, serial_{serial}, ssl_{tls.accept(fd)} {
  watch(EPOLL_CTL_ADD, EPOLLIN);
}

connection::~connection() {
  close(fd_);
}

std::ptrdiff_t connection::receive(std::vector<char>& buffer) {
  if (!ssl_)
    return recv(fd_, buffer.data(), buffer.size(), MSG_DONTWAIT);
  const auto count = decrypt(*ssl_, buffer);
  send_ciphertext(); // Of the handshake.
  return count;
}

void connection::send(const bytes_ptr& bytes) {
  if (!ssl_)
    return send_or_queue(bytes->data(), bytes->size(), bytes);
  encrypt(*ssl_, *bytes);
  send_ciphertext();
}

/// All records of one message leave together.
void connection::send_ciphertext() {
  const auto bytes = ciphertext(*ssl_);
  if (!bytes.empty())
    send_or_queue(bytes.data(), bytes.size(), nullptr);
  drop_ciphertext(*ssl_);
}

/// What has to wait is shared, or copied when there is nothing to share.
void connection::send_or_queue(const char* bytes, std::size_t size, const bytes_ptr& shared) {
  std::size_t sent = 0;
  if (queue_.empty()) {
    const auto count = ::send(fd_, bytes, size, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (count == static_cast<ssize_t>(size))
      return;
    if (count < 0 && errno != EAGAIN)
      return; // The next read finds the connection broken.
    sent = count > 0 ? static_cast<std::size_t>(count) : 0;
    watch(EPOLL_CTL_MOD, EPOLLIN | EPOLLOUT);
  }
  queue_.push_back({shared ? shared : std::make_shared<const std::string>(bytes, size), sent});
}

void connection::send_queued() {
  while (!queue_.empty()) {
    auto parts = std::array<iovec, gather_max>{};
    const auto count = std::min(queue_.size(), parts.size());
    for (std::size_t i = 0; i < count; ++i) {
      const auto& [bytes, sent] = queue_[i];
      parts[i] = {const_cast<char*>(bytes->data()) + sent, bytes->size() - sent};
    }
    const auto written = writev(fd_, parts.data(), static_cast<int>(count));
    if (written < 0)
      return;
    auto left = static_cast<std::size_t>(written);
    auto head = queue_.begin();
    for (; head != queue_.end() && left >= head->bytes->size() - head->sent; ++head)
      left -= head->bytes->size() - head->sent;
    if (head != queue_.end())
      head->sent += left;
    queue_.erase(queue_.begin(), head);
  }
  queue_.shrink_to_fit();
  watch(EPOLL_CTL_MOD, EPOLLIN);
}

void connection::watch(int operation, std::uint32_t events) {
  auto event = epoll_event{};
  event.events = events;
  event.data.ptr = this;
  epoll_ctl(epoll_, operation, fd_, &event);
}

} // namespace arauto::limit
