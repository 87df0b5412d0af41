#include "net/io/epoll_set.hpp"

#include <cerrno>
#include <cstdint>
#include <sys/eventfd.h>
#include <system_error>

namespace arauto::io {

namespace {

constexpr std::uint32_t everything = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
constexpr std::uint32_t ends = EPOLLRDHUP | EPOLLHUP | EPOLLERR;

bool put(const descriptor& set, int what, std::uint32_t events, watched* who) noexcept {
  epoll_event x{};
  x.events = events;
  x.data.ptr = who;
  return ::epoll_ctl(set.get(), EPOLL_CTL_ADD, what, &x) == 0;
}

} // namespace

epoll_set::epoll_set() : set_{::epoll_create1(EPOLL_CLOEXEC)}, bell_{::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)} {
  // It is never read: each write is a change, which is all that counts.
  if (!set_.is_open() || !bell_.is_open() || !put(set_, bell_.get(), EPOLLIN | EPOLLET, nullptr))
    throw std::system_error{errno, std::system_category(), "cannot make a set of descriptors to watch"};
}

bool epoll_set::add(int descriptor, watched& who) noexcept {
  return put(set_, descriptor, everything, &who);
}

void epoll_set::remove(int descriptor, watched& who) noexcept {
  epoll_event unused{};
  ::epoll_ctl(set_.get(), EPOLL_CTL_DEL, descriptor, &unused);
  forget(who);
}

void epoll_set::forget(watched& who) noexcept {
  for (auto i = next_; i < found_.size(); ++i)
    if (found_[i].who == &who)
      found_[i].who = nullptr;
  if (std::exchange(who.is_revisited_, false))
    std::erase(revisited_, &who);
}

void epoll_set::revisit(watched& who) {
  if (!std::exchange(who.is_revisited_, true))
    revisited_.push_back(&who);
}

void epoll_set::look(int timeout_ms) {
  if (!has_told_all())
    return;
  found_.clear();
  next_ = 0;
  for (auto* who : revisited_) {
    who->is_revisited_ = false;
    found_.push_back({who, {true, false, false}});
  }
  revisited_.clear();
  const auto count =
      ::epoll_wait(set_.get(), events_.data(), static_cast<int>(events_.size()), found_.empty() ? timeout_ms : 0);
  for (int i = 0; i < count; ++i) { // Interrupted by a signal: nothing was found.
    const auto& x = events_[static_cast<std::size_t>(i)];
    if (x.data.ptr != nullptr)
      found_.push_back({static_cast<watched*>(x.data.ptr),
                        {(x.events & EPOLLIN) != 0, (x.events & EPOLLOUT) != 0, (x.events & ends) != 0}});
  }
}

bool epoll_set::tell_one() {
  while (next_ != found_.size()) {
    const auto x = found_[next_++];
    if (x.who == nullptr)
      continue;
    x.who->on_ready(x.what);
    return true;
  }
  return false;
}

void epoll_set::wake() noexcept {
  const std::uint64_t one = 1;
  // It fails only when the number is as large as can be, and then a wake-up is under way.
  [[maybe_unused]] const auto written = ::write(bell_.get(), &one, sizeof one);
}

} // namespace arauto::io
