#pragma once

#include "bench/loadgen/clock.hpp"
#include "bench/loadgen/socket.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <sys/epoll.h>

namespace arauto::loadgen {

/// epoll, optionally without ever sleeping: then no wake-up of this process is paid by the server.
class poller {
public:
  poller();

  void add(int fd, std::uint32_t events, std::uint32_t key);
  void modify(int fd, std::uint32_t events, std::uint32_t key);
  void set_spinning(bool on) noexcept { is_spinning_ = on; }
  /// Time spent in rounds that had something to do; counted only while spinning.
  nanos busy() const noexcept { return busy_; }

  /// One round, waiting at most `timeout`: calls `dispatch(key, events)` for each ready descriptor.
  template <class Dispatch>
  void poll(nanos timeout, Dispatch&& dispatch) {
    const auto started = is_spinning_ ? now() : 0;
    const auto count = wait(is_spinning_ ? 0 : timeout);
    for (std::size_t i = 0; i < count; ++i)
      dispatch(ready_[i].data.u32, ready_[i].events);
    if (!is_spinning_)
      return;
    if (count > 0)
      busy_ += now() - started;
    else
      pause();
  }

private:
  std::size_t wait(nanos timeout);
  /// Kind to a sibling hyper-thread and to the lock of epoll.
  static void pause() noexcept;

  unique_fd epoll_;
  std::array<epoll_event, 1024> ready_;
  bool is_spinning_ = false;
  nanos busy_ = 0;
};

} // namespace arauto::loadgen
