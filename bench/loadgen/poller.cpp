#include "bench/loadgen/poller.hpp"

#include <ctime>

namespace arauto::loadgen {

namespace {

void control(int epoll, int operation, int fd, std::uint32_t events, std::uint32_t key) {
  auto event = epoll_event{};
  event.events = events;
  event.data.u32 = key;
  if (epoll_ctl(epoll, operation, fd, &event) != 0)
    fail("epoll_ctl");
}

} // namespace

poller::poller() : epoll_{epoll_create1(EPOLL_CLOEXEC)} {
  if (!epoll_)
    fail("epoll_create1");
}

void poller::add(int fd, std::uint32_t events, std::uint32_t key) {
  control(epoll_.get(), EPOLL_CTL_ADD, fd, events, key);
}

void poller::modify(int fd, std::uint32_t events, std::uint32_t key) {
  control(epoll_.get(), EPOLL_CTL_MOD, fd, events, key);
}

std::size_t poller::wait(nanos timeout) {
  const auto bounded = std::max<nanos>(timeout, 0);
  const auto span = timespec{bounded / 1'000'000'000, bounded % 1'000'000'000};
  const auto count = epoll_pwait2(epoll_.get(), ready_.data(), static_cast<int>(ready_.size()), &span, nullptr);
  return count > 0 ? static_cast<std::size_t>(count) : 0;
}

void poller::pause() noexcept {
  for (int i = 0; i < 40; ++i) {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    asm volatile("yield");
#endif
  }
}

} // namespace arauto::loadgen
